// The stepper in a notebook: the same markup and the same `mount`, and the step that is shown is known to Python.

export default {
  render({ model, el }) {
    el.classList.add("tcpsim-widget");
    el.innerHTML = model.get("markup");
    let shown = -1;
    const stepper = mount(el.querySelector(".tcpsim"), model.get("run"), {
      start: model.get("step"),
      shown(number) {
        shown = number;
        model.set("step", number);
        model.save_changes();
      },
    });
    const asked = () => model.get("step") !== shown && stepper.show(model.get("step"));
    model.on("change:step", asked);
    return () => {
      model.off("change:step", asked);
      stepper.destroy();
    };
  },
};
