// What a reference leads to, shown beside it: on hover or keyboard focus, unless it is on the screen already.
// It can be reached by the pointer, stays until pointer or focus leaves, and closes by Escape (WCAG 1.4.13).
(() => {
  const links = 'article a.reference.internal[href*="#"]:not([title])';
  const shownKinds = "div.math, figure, table, .admonition, .citation, dt, section";
  const delay = { open: 250, close: 250 };
  const pages = new Map();
  let box, link, timer;

  // The document that a link leads into; a site opened from a folder has no way to read another page.
  const pageOf = (address) => {
    const place = address.origin + address.pathname;
    if (place === location.origin + location.pathname) return Promise.resolve(document);
    if (!pages.has(place)) {
      const read = async () => {
        const answer = await fetch(place);
        return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
      };
      pages.set(place, read().catch(() => null));
    }
    return pages.get(place);
  };

  const targetIn = (page, address) => {
    const found = page?.getElementById(decodeURIComponent(address.hash.slice(1)));
    return found?.closest(shownKinds);
  };

  // A section is shown by its heading and first paragraph, a term with its meaning, all else whole.
  const parts = (target) => {
    if (target.matches("section")) return [target.querySelector("h1, h2, h3, h4"), target.querySelector(":scope > p")];
    if (target.matches("dt")) {
      let meaning = target.nextElementSibling;
      while (meaning?.matches("dt")) meaning = meaning.nextElementSibling;
      return [target, meaning];
    }
    return [target];
  };

  const copy = (part, base) => {
    const made = document.importNode(part, true);
    made.querySelectorAll(".headerlink, button, script, input").forEach((child) => child.remove());
    for (const image of made.querySelectorAll("img")) {
      image.src = new URL(image.getAttribute("src"), base);
      image.loading = "eager";
    }
    made.querySelectorAll("a").forEach((anchor) => anchor.replaceWith(...anchor.childNodes));
    for (const child of [made, ...made.querySelectorAll("[id]")]) child.removeAttribute("id");
    if (!/^H[1-6]$|^D[TD]$/.test(made.tagName)) return made;
    const plain = document.createElement(made.tagName === "DD" ? "div" : "p");
    plain.className = made.tagName === "DD" ? "" : "preview-title";
    plain.append(...made.childNodes);
    return plain;
  };

  const isOnScreen = (target) => {
    const { top, bottom, height } = target.getBoundingClientRect();
    return target.ownerDocument === document && height > 0 && top >= 0 && bottom <= innerHeight;
  };

  // Below the reference if there is room, else above it; never beyond the sides.
  const place = () => {
    const at = link.getClientRects()[0];
    const { width, height } = box.getBoundingClientRect();
    const below = at.bottom + height + 8 < innerHeight || at.top < height + 8;
    box.style.top = `${below ? at.bottom + 4 : at.top - height - 4}px`;
    box.style.left = `${Math.max(8, Math.min(at.left, document.documentElement.clientWidth - width - 8))}px`;
  };

  const close = () => {
    clearTimeout(timer);
    link?.removeAttribute("aria-describedby");
    box?.remove();
    box = link = null;
  };

  const open = async (reference) => {
    close();
    link = reference;
    const address = new URL(reference.href);
    const target = targetIn(await pageOf(address), address);
    if (link !== reference || !target || isOnScreen(target)) return;
    box = document.createElement("div");
    Object.assign(box, { id: "preview", className: "preview" });
    box.setAttribute("role", "tooltip");
    box.append(...parts(target).filter(Boolean).map((part) => copy(part, address)));
    box.addEventListener("pointerenter", () => clearTimeout(timer));
    box.addEventListener("pointerleave", () => later(close, delay.close));
    document.getElementById("main-content").append(box);
    reference.setAttribute("aria-describedby", "preview");
    place();
    box.querySelectorAll("img").forEach((image) => image.addEventListener("load", () => box && place()));
  };

  const later = (action, time) => {
    clearTimeout(timer);
    timer = setTimeout(action, time);
  };

  document.addEventListener("pointerover", (event) => {
    const reference = event.pointerType === "mouse" && event.target.closest?.(links);
    if (reference && reference !== link) later(() => open(reference), delay.open);
    else if (reference) clearTimeout(timer);
  });
  document.addEventListener("pointerout", (event) => {
    if (event.pointerType === "mouse" && event.target.closest?.(links)) later(close, delay.close);
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.(links) && event.target.matches(":focus-visible")) open(event.target);
  });
  document.addEventListener("focusout", () => link && close());
  document.addEventListener("keydown", (event) => event.key === "Escape" && close());
  document.addEventListener("click", close);
  const follow = () => {
    const { top, bottom } = link.getBoundingClientRect();
    const isPassed = bottom < 0 || top > innerHeight;
    isPassed && link !== document.activeElement ? close() : place();
  };
  document.addEventListener("scroll", () => box && follow(), { passive: true });
})();
