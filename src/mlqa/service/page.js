// What Gradio's chat leaves undone. Everything is delegated: Gradio makes its elements anew.
// `mlqa` holds what only the server knows: the language and words in it.
(() => {
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
    source.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
    source.querySelector("summary").focus({ preventScroll: true });
  };

  const copy = async (button) => {
    const text = button.closest(".mlqa-answer")?.querySelector(".mlqa-text")?.innerText;
    if (!text || !navigator.clipboard) return;
    await navigator.clipboard.writeText(text);
    const label = button.textContent;
    button.textContent = mlqa.copied;
    setTimeout(() => (button.textContent = label), 1500);
  };

  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  addEventListener("click", (event) => {
    const reference = event.target.closest?.(".mlqa-reference");
    if (reference) show(reference);
    const button = event.target.closest?.(".mlqa-copy");
    if (button) copy(button);
  });

  // Gradio takes the browser's language for the page's.
  const speak = () => {
    const root = document.documentElement;
    if (root.lang !== mlqa.language) root.lang = mlqa.language;
  };

  // Gradio labels a message with its HTML, which a screen reader would read aloud.
  const label = () => {
    for (const message of document.querySelectorAll("#mlqa-chat [data-testid][aria-label]")) {
      message.removeAttribute("aria-label");
    }
    for (const reference of document.querySelectorAll(".mlqa-reference:not([aria-label])")) {
      reference.ariaLabel = mlqa.source.replace("{number}", number(reference));
    }
    const log = document.querySelector("#mlqa-chat [role=log]");
    if (log && log.ariaLabel !== mlqa.chat) log.ariaLabel = mlqa.chat;
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
    label();
    follow();
  }).observe(document, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["aria-label", "lang"],
  });
})();
