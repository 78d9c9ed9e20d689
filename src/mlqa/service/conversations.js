// Saved conversations and opinions on answers, run by a gr.HTML that nobody sees: `element` holds
// the drawer as the server last drew it, `trigger` tells the server what is wanted.
const KEY = "mlqa-key";
const HERE = "mlqa-conversation";

// Gradio may make its HTML anew; the dialog and what listens are made once.
const isFirst = !window.mlqaSaved;
window.mlqaSaved = { trigger };
const tell = (name, what) => window.mlqaSaved.trigger(name, what);

// A browser may keep nothing: then nothing is saved, and the chat works all the same.
const stored = (act) => {
  try {
    return act() ?? "";
  } catch {
    return "";
  }
};

// Whoever has this key sees this browser's conversations; the server keeps its hash only.
const ownKey = () => {
  let key = localStorage.getItem(KEY);
  if (!key) {
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    key = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    localStorage.setItem(KEY, key);
  }
  return key;
};

const dialog = document.getElementById("mlqa-drawer") ?? document.createElement("dialog");
if (isFirst) {
  dialog.id = "mlqa-drawer";
  dialog.setAttribute("aria-labelledby", "mlqa-drawer-title");
  (document.querySelector(".gradio-container") ?? document.body).append(dialog);
}

const place = (button) => [button?.closest("li")?.dataset.id, button?.dataset.act];

const draw = () => {
  const isInside = dialog.contains(document.activeElement);
  const [id, act] = place(document.activeElement);
  dialog.innerHTML = element.querySelector("[data-drawer]")?.dataset.drawer ?? "";
  for (const time of dialog.querySelectorAll("time")) {
    time.textContent = new Date(time.dateTime).toLocaleString(document.documentElement.lang, {
      dateStyle: "medium",
      timeStyle: "short",
    });
  }
  const row = id ? dialog.querySelector(`li[data-id="${id}"]`) : dialog;
  if (act && dialog.open) (row ?? dialog).querySelector(`[data-act="${act}"]`)?.focus();
  if (isInside && !dialog.contains(document.activeElement)) {
    (row ?? dialog).querySelector(row === dialog ? ".mlqa-drawer-new" : "summary, button")?.focus();
  }
  const current = dialog.querySelector("[data-current]")?.dataset.current;
  if (current !== undefined) stored(() => sessionStorage.setItem(HERE, current));
};

const closeMenus = (but) => {
  for (const menu of dialog.querySelectorAll("details[open]")) {
    if (!but || !menu.contains(but)) menu.open = false;
  }
};

const rename = (row) => {
  const form = row.querySelector("form");
  row.querySelector("details").open = false;
  form.hidden = false;
  form.querySelector("input").select();
};

const remove = (button, id) => {
  if (button.dataset.asked) return tell("delete", { id });
  button.dataset.asked = "1";
  button.textContent = button.dataset.sure;
};

const click = (event) => {
  if (event.target === dialog) return dialog.close(); // beside it
  closeMenus(event.target);
  const button = event.target.closest("button[data-act]");
  const [id, act] = place(button);
  if (act === "rename") rename(button.closest("li"));
  if (act === "delete") remove(button, id);
  if (act === "markdown" || act === "json") {
    tell("export", { id, kind: act });
    closeMenus();
    button.closest("li").querySelector("summary").focus();
  }
  if (act === "open") tell("choose", { id });
  if (act === "fresh") tell("fresh");
  if (["open", "fresh", "close"].includes(act)) dialog.close();
};

const submit = (event) => {
  event.preventDefault();
  const [id] = place(event.target);
  tell("rename", { id, title: event.target.querySelector("input").value });
};

const escape = (event) => {
  const open = event.target.closest("form") ?? dialog.querySelector("details[open]");
  if (event.key !== "Escape" || !open) return;
  event.preventDefault(); // closes what is open inside, not the drawer
  const menu = open.closest("li").querySelector("summary");
  if (open.matches("form")) open.hidden = true;
  else open.open = false;
  menu.focus();
};

// The button that was clicked is made anew: the focus goes to the new one, or to the reason.
// The chat is filled anew, too, and would jump to its top.
let judged = null;
let scrolled = null;
const log = () => document.querySelector("#mlqa-chat [role=log]");
const judge = (button) => {
  scrolled = log()?.scrollTop ?? null;
  const { className } = button.closest(".mlqa-judging");
  const turn = className.match(/mlqa-turn-([0-9a-f]{32})/)?.[1];
  if (!turn) return;
  judged = `.mlqa-turn-${turn} .${button.classList[0]}`;
  tell("judge", { turn, liked: button.matches(".mlqa-like") });
};

// Why an answer did not help is asked until the next question.
let asked = 0;
const moveOn = () => {
  const count = document.querySelectorAll("#mlqa-chat .mlqa-question").length;
  const box = document.querySelector("#mlqa-reason textarea");
  if (count > asked && box && !box.value) document.querySelector("#mlqa-reason-skip")?.click();
  asked = count;
};

const look = () => {
  moveOn();
  if (scrolled !== null && log()) log().scrollTop = scrolled;
  for (const button of document.querySelectorAll(".mlqa-judging button")) {
    const pressed = String(button.matches(".mlqa-chosen"));
    // Gradio's cleaning takes out what a screen reader is told.
    if (button.ariaPressed !== pressed) button.ariaPressed = pressed;
  }
  if (!judged) return;
  const box = document.querySelector("#mlqa-reason textarea");
  if (box && judged.endsWith("dislike")) {
    box.focus();
    judged = null;
  } else if (document.activeElement === document.body) {
    document.querySelector(judged)?.focus({ preventScroll: true });
  }
};

if (isFirst) {
  for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    addEventListener(kind, () => (scrolled = null), { passive: true });
  }
  dialog.addEventListener("click", click);
  dialog.addEventListener("submit", submit);
  dialog.addEventListener("keydown", escape);
  addEventListener("click", (event) => {
    judged = null;
    if (event.target.closest?.("#mlqa-drawer-button")) {
      dialog.showModal();
      tell("opened");
    }
    const button = event.target.closest?.(".mlqa-like, .mlqa-dislike");
    if (button) judge(button);
  });
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
}

watch("value", draw);
tell("begin", { key: stored(ownKey), conversation: stored(() => sessionStorage.getItem(HERE)) });
