// A sheet over the page: an essay with a stretch of it marked, or the questions of each essay; and
// what is clicked in the conversation. The scripts of the hand share one scope: `server` asks the
// server, `trigger` tells it something.
const sheet = document.createElement("dialog");
sheet.id = "mlqa-sheet";
sheet.setAttribute("aria-labelledby", "mlqa-sheet-title");
(document.querySelector(".gradio-container") ?? document.body).append(sheet);

const lay = async (html) => {
  sheet.innerHTML = await html;
  if (!sheet.open) sheet.showModal();
  const mark = sheet.querySelector("mark");
  if (mark) mark.scrollIntoView({ block: "center" });
  else sheet.scrollTop = 0;
};

const turnOf = (button) =>
  button.closest(".mlqa-asking")?.className.match(/mlqa-turn-([0-9a-f]{32})/)?.[1];

addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (!button) {
    if (event.target === sheet) sheet.close(); // beside it
    return;
  }
  if (button.matches(".mlqa-show")) lay(server.essay(button.value));
  if (button.matches("#mlqa-by-essay")) lay(server.questions(""));
  if (button.matches(".mlqa-close")) sheet.close();
  if (button.matches(".mlqa-ask")) {
    sheet.close();
    trigger("ask", { question: button.textContent });
  }
  if (button.matches(".mlqa-edit")) trigger("edit", { turn: turnOf(button) });
  if (button.matches(".mlqa-retry")) trigger("retry", { turn: turnOf(button) });
});
