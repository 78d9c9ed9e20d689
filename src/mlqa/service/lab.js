// The experiments tab: the form of the tool that was chosen, and its run.
let chosen = "";

const choose = async (name) => {
  // What was typed into the form of a tool stays when the tool is chosen once more.
  if (chosen === name && document.querySelector(`.mlqa-form[data-tool="${name}"]`)) return;
  chosen = name;
  for (const button of document.querySelectorAll(".mlqa-tool")) {
    button.ariaPressed = String(button.dataset.tool === name);
  }
  const form = await server.form(name);
  const place = document.querySelector("#mlqa-form");
  if (place && chosen === name) place.innerHTML = form;
};

// Each argument as text; of a list whose items are ticked, the ticked ones.
const valuesOf = (form) => {
  const values = {};
  for (const field of form.elements) {
    if (!field.name) continue;
    if (field.dataset.item !== undefined) {
      const items = values[field.name] ? [values[field.name]] : [];
      values[field.name] = [...items, ...(field.checked ? [field.value] : [])].join(", ");
    } else if (field.type === "checkbox") values[field.name] = String(field.checked);
    else values[field.name] = field.value;
  }
  return values;
};

// What the last run was started with: its result may be shown beside a changed form.
let last = {};
const start = (form, fresh) => {
  if (form) last = { tool: form.dataset.tool, values: valuesOf(form) };
  trigger("run", { ...last, fresh });
  awaited = { past: shownRun() };
};

// How far a run is comes into view once, and so does what came of it.
let awaited = null;
const shownRun = () => document.querySelector("#mlqa-lab-result .mlqa-run");
const reveal = () => {
  if (!awaited) return;
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  const progress = document.querySelector("#mlqa-lab-status .mlqa-progress");
  if (progress) {
    if (!awaited.isSeen) progress.scrollIntoView({ block: "nearest", behavior });
    awaited.isSeen = true;
    return;
  }
  const run = shownRun();
  if (run && run !== awaited.past && run.getBoundingClientRect().top > innerHeight / 2) {
    run.scrollIntoView({ block: "start", behavior });
  }
  if (awaited.isSeen || run !== awaited.past) awaited = null;
};

addEventListener("submit", (event) => {
  if (!event.target.matches?.(".mlqa-form")) return;
  event.preventDefault();
  start(event.target, false);
});

// Gradio builds a tab when it is first opened.
const opened = (select) =>
  new Promise((done) => {
    const look = () => (document.querySelector(select) ? done() : setTimeout(look, 30));
    look();
  });

const offer = async (name) => {
  document.querySelector("#mlqa-tab-experiments-button")?.click();
  await opened("#mlqa-form");
  await choose(name);
  document.querySelector(".mlqa-start")?.focus();
};

// The tab opens with the first tool.
new MutationObserver(() => {
  if (document.querySelector("#mlqa-form:empty") && !chosen) {
    choose(document.querySelector(".mlqa-tool")?.dataset.tool);
  }
  reveal();
}).observe(document.body, { childList: true, subtree: true });

// The chatbot's own caches, looked at again for as long as they are seen.
let looking = 0;
const look = () => {
  trigger("own");
  clearInterval(looking);
  looking = setInterval(() => {
    if (document.querySelector("#mlqa-lab-result .mlqa-live")?.checkVisibility()) trigger("own");
    else clearInterval(looking);
  }, 2000);
};

addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (!button) return;
  if (button.matches(".mlqa-tool")) choose(button.dataset.tool);
  if (button.matches(".mlqa-own")) look();
  if (button.matches(".mlqa-halt")) trigger("halt");
  if (button.matches("#mlqa-lab-result .mlqa-again")) start(null, true);
  if (button.matches(".mlqa-offer")) offer(button.value);
});
