// Narrows a list down while one types. Without it the Search button does the same.
for (const search of document.querySelectorAll("[data-narrows]")) {
  const input = search.querySelector("input");
  const list = document.getElementById(search.dataset.narrows);
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase().replace(/^@/, "");
    for (const row of list.querySelectorAll("label, li")) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
    }
  });
}
