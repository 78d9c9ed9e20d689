// Files that are too large are refused before they are sent, in words of ours. Run by the gr.HTML
// that holds the limit and the words; Gradio may make it anew, the listeners are made once.
const isFirst = !window.mlqaDocuments;
window.mlqaDocuments = element;

const refuse = (event) => {
  if (!event.target.closest?.("#mlqa-docs-files")) return;
  const line = window.mlqaDocuments.querySelector("[data-bytes]");
  const files = [...(event.dataTransfer ?? event.target).files];
  const large = files.find((file) => file.size > Number(line.dataset.bytes));
  line.hidden = !large;
  if (!large) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.type === "change") event.target.value = "";
  else event.target.dispatchEvent(new Event("dragleave", { bubbles: true }));
  const size = (large.size / 2 ** 20).toLocaleString("en", { maximumFractionDigits: 1 });
  line.textContent = line.dataset.text.replace("{path}", large.name).replace("{size}", size);
};

if (isFirst) {
  addEventListener("change", refuse, true);
  addEventListener("drop", refuse, true);
}
