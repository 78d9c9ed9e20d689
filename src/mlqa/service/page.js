// What Gradio's page and chat leave undone. Everything is delegated: Gradio makes its elements anew.
// `mlqa` holds what only the server knows: the language of the page at its root, and words.
(() => {
  // Where the page stands in the other language, its path ends with the name of that.
  const named = location.pathname.match(/\/(ko|en)$/)?.[1];
  const language = named ?? mlqa.language;
  mlqa.say = (key) => mlqa.words[language][key];

  // What was chosen in this browser; where storage is closed, nothing is remembered.
  const recall = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const remember = (key, value) => {
    try {
      localStorage.setItem(key, value);
    } catch {
      // the page works all the same
    }
  };

  const wanted = recall("mlqa-language");
  if (!named && mlqa.words[wanted] && wanted !== language) {
    location.replace(new URL(wanted, document.baseURI));
  }

  // Gradio takes the browser's language for the page's; its own module can change that.
  const core = performance
    .getEntriesByType("resource")
    .find((entry) => /\/assets\/core-[\w-]+\.js$/.test(entry.name));
  if (core) import(core.name).then((module) => module.changeLocale?.(language));

  // Gradio gives the box of the question a height of its own, and keeps it once it is sent.
  const grows = CSS.supports("field-sizing", "content");
  document.documentElement.classList.toggle("mlqa-sizing", grows);

  // Light or dark: as chosen here, else as the system says.
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (recall("mlqa-theme") ?? (system.matches ? "dark" : "light")) === "dark";
  const paint = () => {
    const dark = isDark();
    if (document.body.classList.contains("dark") !== dark) {
      document.body.classList.toggle("dark", dark);
    }
    const scheme = dark ? "dark" : "light";
    if (document.documentElement.style.colorScheme !== scheme) {
      document.documentElement.style.colorScheme = scheme;
    }
    const label = mlqa.say(dark ? "page_light" : "page_dark");
    for (const button of document.querySelectorAll(".mlqa-theme")) {
      if (button.ariaLabel === label) continue;
      button.ariaLabel = button.title = label;
    }
  };
  system.addEventListener("change", paint);
  new MutationObserver(paint).observe(document.body, { attributeFilter: ["class"] });
  addEventListener("click", (event) => {
    if (event.target.closest?.(".mlqa-theme")) {
      remember("mlqa-theme", isDark() ? "light" : "dark");
      paint();
    }
    const link = event.target.closest?.(".mlqa-language");
    if (link) remember("mlqa-language", link.hreflang);
  });

  // A button that goes when it is clicked would take the focus with it: where that goes to. Not
  // where a box that is given the focus brings up a keyboard over half of the page.
  const heirs = {
    "#mlqa-stop, .mlqa-retry, #mlqa-editing button, #mlqa-reason button": "#mlqa-box textarea",
    "#mlqa-docs-remove": "#mlqa-docs-remove-no",
    "#mlqa-docs-remove-no": "#mlqa-docs-remove",
    "#mlqa-docs-remove-yes, #mlqa-docs-cancel": "#mlqa-docs-rebuild",
    ".mlqa-halt": ".mlqa-start",
  };
  const inherit = (button, heir, tries = 40) => {
    const held = document.activeElement;
    if (held && held !== document.body && held !== button) return;
    const next = document.querySelector(heir);
    if (!button.offsetParent && next?.offsetParent) next.focus();
    else if (tries) setTimeout(inherit, 50, button, heir, tries - 1);
  };
  addEventListener("click", (event) => {
    if (matchMedia("(hover: none)").matches) return;
    for (const [buttons, heir] of Object.entries(heirs)) {
      const button = event.target.closest?.(buttons);
      if (button) inherit(button, heir);
    }
  });

  // Enter that ends the composition of a Hangul syllable must not send the question: the browser
  // reports it once for the composition (229) and again as a key of its own.
  for (const kind of ["keydown", "keypress"]) {
    addEventListener(
      kind,
      (event) => {
        if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) {
          event.stopImmediatePropagation();
          if (!event.shiftKey) event.preventDefault(); // no new line either
        }
      },
      true,
    );
  }

  const number = (reference) => reference.textContent.replace(/\D/g, "");

  const show = (reference) => {
    const answer = reference.closest(".mlqa-answer");
    const source = answer?.querySelector(`.mlqa-source-${number(reference)}`);
    if (!source) return;
    source.open = true;
    for (const other of answer.querySelectorAll(".mlqa-source")) {
      other.classList.toggle("mlqa-shown", other === source);
    }
    source.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
    source.querySelector("summary").focus({ preventScroll: true });
  };

  const copy = async (button) => {
    const text = button.closest(".mlqa-answer")?.querySelector(".mlqa-text")?.innerText;
    if (!text || !navigator.clipboard) return;
    await navigator.clipboard.writeText(text);
    const label = button.textContent;
    button.textContent = mlqa.say("page_copied");
    setTimeout(() => (button.textContent = label), 1500);
  };

  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  addEventListener("click", (event) => {
    const reference = event.target.closest?.(".mlqa-reference");
    if (reference) show(reference);
    const button = event.target.closest?.(".mlqa-copy");
    if (button) copy(button);
  });

  const speak = () => {
    const root = document.documentElement;
    if (root.lang !== language) root.lang = language;
    const title = mlqa.say("page_title");
    if (document.title !== title) document.title = title;
  };

  // Gradio labels a message with its HTML, which a screen reader would read aloud.
  const label = () => {
    for (const message of document.querySelectorAll("#mlqa-chat [data-testid][aria-label]")) {
      message.removeAttribute("aria-label");
    }
    for (const reference of document.querySelectorAll(".mlqa-reference:not([aria-label])")) {
      reference.ariaLabel = mlqa
        .say("page_source")
        .replace("{number}", number(reference));
    }
    const log = document.querySelector("#mlqa-chat [role=log]");
    if (log && log.ariaLabel !== mlqa.say("page_chat")) log.ariaLabel = mlqa.say("page_chat");
  };

  // The newest question goes to the top of the chat and stays there while its answer comes, so
  // that the answer is read from its start; whoever scrolls meanwhile is left alone.
  let asked = 0;
  let answering = false;
  let following = false;
  const follow = () => {
    const log = document.querySelector("#mlqa-chat [role=log]");
    const questions = document.querySelectorAll("#mlqa-chat .mlqa-question");
    const partial = !!document.querySelector("#mlqa-chat .mlqa-partial");
    // A long conversation loses a question at its top for each new one.
    if (questions.length > asked || (partial && !answering)) following = true;
    asked = questions.length;
    answering = partial;
    if (!log || !following || !asked) return;
    const newest = questions[asked - 1].getBoundingClientRect();
    log.scrollBy({ top: newest.top - log.getBoundingClientRect().top - 12 });
    const answers = document.querySelectorAll("#mlqa-chat .mlqa-answer");
    following = answers.length < asked || partial;
  };
  for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    addEventListener(
      kind,
      (event) => {
        if (event.target.closest?.("#mlqa-chat")) following = false;
      },
      { passive: true },
    );
  }

  new MutationObserver(() => {
    speak();
    paint();
    label();
    follow();
  }).observe(document, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["aria-label", "lang"],
  });
})();
