// Keeps one part of a page fresh: asks for the page again and swaps in what has changed.
// Without it the page is as complete; one reloads by hand.
const part = document.getElementById("live");

function holdsAttention() {
  const focused = document.activeElement;
  const isWriting = part.contains(focused) && focused.matches("input, textarea, select");
  return isWriting || document.hidden;
}

function keepOpen(fresh) {
  for (const open of part.querySelectorAll("details[open][id]")) {
    const twin = fresh.querySelector("#" + CSS.escape(open.id));
    if (twin) twin.open = true;
  }
}

async function refresh() {
  if (!holdsAttention()) {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("live");
      if (answer.ok && fresh) {
        keepOpen(fresh);
        if (fresh.innerHTML !== part.innerHTML) {
          const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
          part.replaceChildren(...fresh.childNodes);
          if (focused) part.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
        }
        part.dataset.live = fresh.dataset.live ?? "";
      }
    } catch {
      // The emulator is away; the next turn may find it again.
    }
  }
  if (part.dataset.live) setTimeout(refresh, Number(part.dataset.live));
}

if (part?.dataset.live) setTimeout(refresh, Number(part.dataset.live));
