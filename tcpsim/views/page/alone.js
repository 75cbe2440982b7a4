// A page of its own: the stepper has the whole keyboard, and the address says which step is shown (page.html#step-7).

const run = JSON.parse(document.getElementById("tcpsim-run").textContent);
const asked = () => Number((location.hash.match(/^#step-(\d+)$/) || [])[1] || 0);
const stepper = mount(document.querySelector(".tcpsim"), run, { page: true, start: asked(), shown: remember });
addEventListener("hashchange", () => stepper.show(asked()));

function remember(number) {
  try {
    history.replaceState(null, "", number ? `#step-${number}` : location.pathname + location.search);
  } catch {
    // A page within another one may have no address of its own.
  }
}
