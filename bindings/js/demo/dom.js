// Elements, files and lines, shared by the page's parts.
export const $ = (id) => document.getElementById(id);

export function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** Says something in a live region; the same words are not said twice. */
export function say(id, text, wrong = false) {
  if ($(id).textContent !== text) $(id).textContent = text;
  $(id).classList.toggle("error", wrong);
}

export const bytesOf = async (file) => new Uint8Array(await file.arrayBuffer());

/** Files that are dropped on an element, or chosen by its input. */
export function receives(zone, input, take) {
  input.onchange = () => input.files.length && take([...input.files]);
  for (const name of ["dragover", "dragleave", "drop"])
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.toggle("over", name === "dragover");
      if (name === "drop" && !input.disabled && event.dataTransfer.files.length) take([...event.dataTransfer.files]);
    });
}
