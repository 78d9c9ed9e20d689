// Results of tools, in the conversation and on their own tab: plots are asked for when their place
// is there, and the steps of the LRU cache are played.
// What can be pushed sideways must be reached by the keyboard.
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

const draw = async (canvas) => {
  const [, key] = canvas.className.match(/mlqa-run-([0-9a-f]{64})/) ?? [];
  const [, name] = canvas.className.match(/mlqa-plot-([a-z]\w*)/) ?? [];
  canvas.classList.add("mlqa-asked");
  const svg = key && name ? await server.picture(`${key}:${name}`) : "";
  if (svg) {
    canvas.innerHTML = svg;
    sizes.observe(canvas);
  } else canvas.textContent = mlqa.say("experiments_picture_gone");
};

// The rows of the table of steps, by position: step, request, ○ or × and what came of it, the item
// thrown out, the cache as [oldest, …, newest].
const stepsOf = (player) => {
  const table = player.closest(".mlqa-numbers")?.querySelector(".mlqa-table-steps tbody");
  return [...(table?.rows ?? [])].map((row) => {
    const [, request, outcome, thrown, order] = [...row.cells].map((cell) => cell.textContent);
    const inside = order.replace(/^\[|\]$/g, "");
    return { row, request, outcome, thrown, items: inside ? inside.split(", ") : [] };
  });
};

const SHOWN = 24; // slots on the stage: a cache may hold a thousand items
const PACE = 1100; // milliseconds a step
const players = new WeakMap();

const make = (name, text, kind = "") => {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (kind) made.className = kind;
  return made;
};

const slotsOf = (step) => {
  const cut = Math.max(0, step.items.length - SHOWN);
  const slots = step.items.slice(cut).map((item) => {
    const slot = make("li", item, item === step.request ? "mlqa-slot mlqa-now" : "mlqa-slot");
    slot.dataset.item = item;
    return slot;
  });
  if (cut) slots.unshift(make("li", `… ${cut}`, "mlqa-slot mlqa-cut"));
  return slots;
};

// Each slot glides from where its item stood before.
const glide = (list, before) => {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const slot of list.children) {
    const was = before.get(slot.dataset.item);
    const is = slot.getBoundingClientRect();
    const from = was
      ? { transform: `translate(${was.left - is.left}px, ${was.top - is.top}px)` }
      : { opacity: 0, transform: "translateY(-0.6rem)" };
    slot.animate([from, {}], { duration: 350, easing: "ease-out" });
  }
};

const stage = (player, state) => {
  const step = state.steps[state.at];
  const place = player.querySelector(".mlqa-stage");
  const before = new Map(
    [...place.querySelectorAll("[data-item]")].map((slot) => [
      slot.dataset.item,
      slot.getBoundingClientRect(),
    ]),
  );
  const head = make("p", "", "mlqa-request");
  if (step.request) head.append(make("b", step.request), " ");
  const kind = { "○": "mlqa-hit", "×": "mlqa-miss" }[step.outcome[0]] ?? "mlqa-begun";
  head.append(make("span", step.outcome, kind));
  if (step.thrown) {
    head.append(" ", make("span", `${mlqa.say("experiments_thrown")}: ${step.thrown}`, "mlqa-out"));
  }
  const list = make("ol", "", "mlqa-slots");
  list.setAttribute("aria-label", mlqa.say("experiments_cache"));
  list.append(...slotsOf(step));
  place.replaceChildren(head, list);
  glide(list, before);
  const words = mlqa.say("experiments_step");
  player.querySelector(".mlqa-step").textContent = words
    .replace("{number}", state.at)
    .replace("{count}", state.steps.length - 1);
  for (const other of state.steps) other.row.classList.toggle("mlqa-now", other === step);
};

const pause = (player, state) => {
  clearInterval(state.timer);
  state.timer = 0;
  player.querySelector(".mlqa-play").textContent = mlqa.say("experiments_play");
};

const go = (player, state, to) => {
  state.at = Math.min(Math.max(to, 0), state.steps.length - 1);
  stage(player, state);
  if (state.at === state.steps.length - 1) pause(player, state);
};

const play = (player, state) => {
  if (state.timer) return pause(player, state);
  go(player, state, state.at === state.steps.length - 1 ? 0 : state.at + 1);
  if (state.at === state.steps.length - 1) return;
  player.querySelector(".mlqa-play").textContent = mlqa.say("experiments_pause");
  state.timer = setInterval(() => {
    if (player.isConnected) go(player, state, state.at + 1);
    else clearInterval(state.timer);
  }, PACE);
};

addEventListener("click", (event) => {
  const player = event.target.closest?.(".mlqa-player");
  const state = player && players.get(player);
  if (!state) return;
  if (event.target.matches(".mlqa-play")) return play(player, state);
  const to = {
    "mlqa-first": 0,
    "mlqa-back": state.at - 1,
    "mlqa-forward": state.at + 1,
  }[event.target.className];
  if (to === undefined) return;
  pause(player, state);
  go(player, state, to);
});

const furnish = () => {
  for (const canvas of document.querySelectorAll(".mlqa-canvas:not(.mlqa-asked)")) draw(canvas);
  for (const player of document.querySelectorAll(".mlqa-player")) {
    const kept = players.get(player);
    if (kept?.steps[0]?.row.isConnected) continue;
    const steps = stepsOf(player);
    if (!steps.length) continue;
    const state = { steps, at: 0, timer: 0 };
    players.set(player, state);
    stage(player, state);
  }
};
new MutationObserver(furnish).observe(document.body, { childList: true, subtree: true });
furnish();
