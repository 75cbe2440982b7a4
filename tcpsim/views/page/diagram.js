// Upon the ladder: a veil over what is still to come, the line of now, what is lit, and the segments on their arrows.
//
// Read together with stepper.js, as one script: both know each other's functions.

function overlay(pane, run) {
  const picture = pane.querySelector("svg");
  const [width, height] = run.size;
  const groups = new Map([...picture.querySelectorAll("g[id]")].map((group) => [group.id, group]));
  const veil = vector("path", { class: "tcpsim-veil" });
  const lit = vector("g", { class: "tcpsim-lit", "aria-hidden": "true" });
  const line = vector("path", { class: "tcpsim-now" });
  const flag = vector("path", { class: "tcpsim-flag" });
  const tokens = vector("g", { "aria-hidden": "true" });
  pane.style.setProperty("--tcpsim-natural", `${width}px`); // smaller than that nobody can read it
  for (const extra of [veil, line, flag, lit, tokens]) picture.append(extra);
  const firstOf = first(run.frames);
  let current = null;

  function show(frame) {
    current = frame;
    const bends = [[0, level(frame, 0)], ...(frame.front || []), [width, level(frame, width)]];
    const now = `M${bends.map(([x, y]) => `${x} ${y}`).join("L")}`;
    place(veil, { d: `${now}V${height}H0z` });
    place(line, { d: now });
    place(flag, { d: `M0 ${bends[0][1] - 6}l9 6-9 6z` });
    const gids = frame.lit.flatMap((gid) => [gid, `${gid}-label`]);
    lit.replaceChildren(...gids.flatMap((gid) => copyOf(gid, "tcpsim-halo")), ...gids.flatMap((gid) => copyOf(gid, "")));
    tokens.replaceChildren(...frame.air.map((number) => token(run.ways[number], frame)));
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
    const x = ((event.clientX - box.left) / box.width) * width;
    const y = ((event.clientY - box.top) / box.height) * height;
    let found = 0;
    run.frames.forEach((frame, number) => {
      if (level(frame, x) <= y + 3) found = number;
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

// How far down now is at a place: between two bends, on the line between them.
function level(frame, x) {
  const bends = frame.front;
  if (!bends) return frame.y;
  const next = bends.findIndex((bend) => bend[0] >= x);
  if (next < 1) return bends[next < 0 ? bends.length - 1 : 0][1];
  const [[x1, y1], [x2, y2]] = [bends[next - 1], bends[next]];
  return y1 + ((x - x1) / (x2 - x1)) * (y2 - y1);
}

// Where its arrow crosses the line of now.
function token(way, frame) {
  const [x1, y1, x2, y2] = way.line;
  const [gone, left] = [level(frame, x1) - y1, y2 - level(frame, x2)];
  const share = gone + left > 0 ? Math.max(0, Math.min(1, gone / (gone + left))) : 1;
  return vector("circle", { class: `tcpsim-token ${way.kind}`, cx: x1 + share * (x2 - x1), cy: y1 + share * (y2 - y1), r: 3.4 });
}
