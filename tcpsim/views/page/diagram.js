// Upon the ladder: a veil over what is still to come, the line of now, what is lit, and the segments on their arrows.
//
// Read together with stepper.js, as one script: both know each other's functions.

function overlay(pane, run) {
  const picture = pane.querySelector("svg");
  const [width, height] = run.size;
  const groups = new Map([...picture.querySelectorAll("g[id]")].map((group) => [group.id, group]));
  const veil = vector("rect", { class: "tcpsim-veil", x: 0, width });
  const lit = vector("g", { class: "tcpsim-lit", "aria-hidden": "true" });
  const line = vector("path", { class: "tcpsim-now" });
  const tokens = vector("g", { "aria-hidden": "true" });
  pane.style.setProperty("--tcpsim-natural", `${width}px`); // smaller than that nobody can read it
  for (const extra of [veil, line, lit, tokens]) picture.append(extra);
  const firstOf = first(run.frames);
  let current = null;

  function show(frame) {
    current = frame;
    place(veil, { y: frame.y + 0.6, height: Math.max(0, height - frame.y) });
    place(line, { d: `M0 ${frame.y - 6}l9 6-9 6zM0 ${frame.y}H${width}` });
    const gids = frame.lit.flatMap((gid) => [gid, `${gid}-label`]);
    lit.replaceChildren(...gids.flatMap((gid) => copyOf(gid, "tcpsim-halo")), ...gids.flatMap((gid) => copyOf(gid, "")));
    tokens.replaceChildren(...frame.air.map((number) => token(run.ways[number], frame.y)));
  }

  function copyOf(gid, kind) {
    const group = groups.get(gid);
    if (!group) return [];
    const copy = group.cloneNode(true);
    if (kind) copy.setAttribute("class", kind);
    for (const each of [copy, ...copy.querySelectorAll("[id]")]) each.removeAttribute("id");
    return [copy];
  }

  // Keeps the line of now in sight, with what comes next below it.
  function follow(smoothly) {
    if (!current || !picture.getBoundingClientRect().width) return;
    const scale = picture.getBoundingClientRect().width / width;
    const top = current.y * scale;
    const high = pane.clientHeight;
    const target = { behavior: smoothly ? "smooth" : "auto" };
    if (top < pane.scrollTop + 0.15 * high || top > pane.scrollTop + 0.7 * high) target.top = top - 0.45 * high;
    if (width * scale > pane.clientWidth + 2) {
      const about = current.lit.map((gid) => groups.get(gid)).filter(Boolean).map((group) => group.getBBox());
      const boxes = about.filter((box) => box.width > 60);
      const box = boxes[0] || about[0];
      if (box) target.left = (box.x + box.width / 2) * scale - pane.clientWidth / 2;
    }
    pane.scrollTo(target);
  }

  // The frame that a click means: that of the event under it, else the last one above it. A second click upon an
  // arrow goes on to the next thing that happens to it.
  function at(event, now) {
    const group = event.target.closest ? event.target.closest("g[id]") : null;
    const gid = group && [group.id, group.id.replace(/-label$/, "")].find((name) => firstOf.has(name));
    if (gid) {
      const all = firstOf.get(gid);
      const place = all.indexOf(now);
      return all[(place + 1) % all.length];
    }
    const box = picture.getBoundingClientRect();
    const y = ((event.clientY - box.top) / box.height) * height;
    let found = 0;
    run.frames.forEach((frame, number) => {
      if (frame.y <= y + 3) found = number;
    });
    return found;
  }

  return { show, follow, at };
}

// The frames that each part of the diagram belongs to.
function first(frames) {
  const all = new Map();
  frames.forEach((frame, number) => {
    for (const gid of frame.lit) all.set(gid, [...(all.get(gid) || []), number]);
  });
  return all;
}

function token(way, y) {
  const [x1, y1, x2, y2] = way.line;
  const share = y2 > y1 ? Math.max(0, Math.min(1, (y - y1) / (y2 - y1))) : 1;
  return vector("circle", { class: `tcpsim-token ${way.kind}`, cx: x1 + share * (x2 - x1), cy: y1 + share * (y2 - y1), r: 3.4 });
}
