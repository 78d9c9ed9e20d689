// The experiments tab: the form of the tool that was chosen, and its run.
let chosen = "";

const choose = async (name) => {
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

addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (!button) return;
  if (button.matches(".mlqa-tool")) choose(button.dataset.tool);
  if (button.matches(".mlqa-halt")) trigger("halt");
  if (button.matches("#mlqa-lab-result .mlqa-again")) start(null, true);
  if (button.matches(".mlqa-offer")) offer(button.value);
});
