// Filters the campaigns of a plan. Without this script everything is shown, and the filter stays hidden.
"use strict";
(() => {
  const MANY = 8; // so many campaigns are still read from top to bottom
  const form = document.getElementById("filter");
  if (!form) return;
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const textOf = (element) => { // with a space between cells
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode.data);
    return plain(texts.join(" "));
  };
  const campaigns = [...document.querySelectorAll("details.campaign")].map((element) => ({
    element,
    text: textOf(element),
    does: element.dataset.does.split(" "),
  }));
  const ticked = (name) => [...form.querySelectorAll(`input[name="${name}"]:checked`)].map((box) => box.value);

  const show = () => {
    const words = plain(search.value).split(/\s+/).filter(Boolean);
    const risks = ticked("risk");
    const actions = ticked("does");
    let number = 0;
    for (const { element, text, does } of campaigns) {
      const fits = words.every((word) => text.includes(word))
        && (!risks.length || risks.includes(element.dataset.risk))
        && (!actions.length || actions.some((action) => does.includes(action)));
      element.hidden = !fits;
      number += fits;
    }
    document.getElementById("nothing").hidden = number > 0;
    const all = campaigns.length.toLocaleString("en");
    const noun = campaigns.length === 1 ? "campaign" : "campaigns";
    found.textContent = number === campaigns.length
      ? `${all} ${noun}` : `${number.toLocaleString("en")} of ${all} ${noun}`;
  };
  const openAll = (open) => campaigns.forEach(({ element }) => { element.open = open; });
  const openLinked = () => {
    const linked = document.getElementById(location.hash.slice(1));
    if (linked instanceof HTMLDetailsElement) {
      linked.open = true;
      linked.scrollIntoView();
    }
  };

  for (const details of document.querySelectorAll("td details")) details.open = false;
  if (campaigns.length > MANY) {
    openAll(false);
    document.getElementById("steps").open = false;
  }
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("open-all").addEventListener("click", () => openAll(true));
  document.getElementById("close-all").addEventListener("click", () => openAll(false));
  addEventListener("hashchange", openLinked);
  form.hidden = false;
  show();
  openLinked();
})();
