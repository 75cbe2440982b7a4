// The stepper: goes through a run frame by frame. `mount` brings a stepper's markup to life with a run as data.
//
// The same in a page of its own and in a notebook: nothing is looked for outside `root`, nothing is fetched, and text
// is set as text. What a frame is, is told in frames.py; words come with the run. The diagram is told in diagram.js,
// which is read together with this file.

const SVG = "http://www.w3.org/2000/svg";
const VARIABLES = [
  // [the RFC's name, its name in the run, what it is counted from ("" a number as it is, "time" a length of time)]
  ["SND.UNA", "snd_una", "iss"], ["SND.NXT", "snd_nxt", "iss"], ["SND.WND", "snd_wnd", ""], ["ISS", "iss", "own"],
  ["RCV.NXT", "rcv_nxt", "irs"], ["RCV.WND", "rcv_wnd", ""], ["IRS", "irs", "own"],
  ["RTO", "rto", "time"], ["SRTT", "srtt", "time"], ["RTTVAR", "rttvar", "time"],
];
const QUEUES = ["unsent", "unacknowledged", "unread"];
const GROUPS = new Set(["rcv_nxt", "rto", "unsent"]); // a little room above these
const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3];

export function mount(root, run, options = {}) {
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const { frames, words } = run;
  const last = frames.length - 1;
  const picture = overlay(part("diagram"), run);
  const still = typeof matchMedia === "function" && matchMedia("(prefers-reduced-motion: reduce)");
  let now = -1;
  let timer = null;
  let zoom = 1;

  // ---- going through ---------------------------------------------------------------------------------------------

  function show(number) {
    const to = Math.max(0, Math.min(last, Math.round(number) || 0));
    if (to === now) return;
    now = to;
    const frame = frames[now];
    const before = frames[now - 1] || frames[0];
    part("clock").textContent = moment(frame.time, run.digits);
    part("count").textContent = fill(words.step, { number: now, count: last });
    part("news").replaceChildren(...sentences(frame));
    part("ends").classList.toggle("many", run.hosts.length > 2);
    part("ends").replaceChildren(...run.hosts.map((name, place) => host(run, name, place, frame, before)));
    inSight(part("ends"), [...part("ends").querySelectorAll(".here .tcpsim-end .changed")].pop());
    flying(part("air"), run, frame);
    const slider = part("slider");
    slider.value = now;
    slider.setAttribute("aria-valuetext", `${now}: ${moment(frame.time, run.digits)} ${frame.told[0].words}`);
    for (const [name, end] of [["first", 0], ["back", 0], ["forward", last], ["last", last]]) {
      part(name).setAttribute("aria-disabled", String(now === end));
    }
    picture.show(frame);
    picture.follow(!(still && still.matches) && timer === null);
    root.dataset.step = now;
    if (now === last) stop();
    if (options.shown) options.shown(now);
  }

  function play() {
    if (now === last) show(0);
    stop();
    timer = setInterval(() => show(now + 1), Number(part("speed").value));
    playing(true);
  }

  function stop() {
    if (timer !== null) clearInterval(timer);
    timer = null;
    playing(false);
  }

  function playing(yes) {
    root.classList.toggle("playing", yes);
    const button = part("play");
    const name = yes ? words.pause : words.play;
    button.setAttribute("aria-pressed", String(yes));
    button.setAttribute("aria-label", name);
    button.title = `${name} (Space)`;
  }

  function go(number) {
    stop();
    show(number);
  }

  function resize(by) {
    const place = ZOOMS.indexOf(zoom) + by;
    zoom = ZOOMS[Math.max(0, Math.min(ZOOMS.length - 1, place))];
    part("diagram").style.setProperty("--tcpsim-zoom", zoom);
    picture.follow(false);
  }

  // ---- keys and mouse --------------------------------------------------------------------------------------------

  const does = {
    first: () => go(0),
    back: () => go(now - 1),
    play: () => (timer === null ? play() : stop()),
    forward: () => go(now + 1),
    last: () => go(last),
    smaller: () => resize(-1),
    larger: () => resize(1),
  };
  for (const [name, act] of Object.entries(does)) part(name).addEventListener("click", act);
  part("slider").max = last;
  part("slider").addEventListener("input", (event) => go(Number(event.target.value)));
  part("speed").addEventListener("change", () => timer !== null && play());
  part("diagram").addEventListener("click", (event) => {
    const place = picture.at(event, now);
    if (place !== null) go(place);
  });

  const keys = {
    ArrowLeft: does.back, ArrowRight: does.forward, Home: does.first, End: does.last, " ": does.play,
    "-": does.smaller, "+": does.larger, "=": does.larger, // + without Shift, on many keyboards
  };
  function pressed(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented || !keys[event.key]) return;
    const on = event.target.closest ? event.target.closest("button, input, select, textarea, a, [contenteditable]") : null;
    if (on && !root.contains(on)) return; // somebody else's
    if (on && on.matches("select")) return; // it has its own use for all of these
    if (on && on.matches("button") && event.key === " ") return; // the button will be pressed
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  }
  const listening = options.page ? document : root;
  listening.addEventListener("keydown", pressed);

  show(options.start || 0);
  return {
    show: go,
    play,
    stop,
    destroy() {
      stop();
      listening.removeEventListener("keydown", pressed);
    },
  };
}

// ---- what happened -------------------------------------------------------------------------------------------------

function sentences(frame) {
  return frame.told.map((told, place) => {
    const told_as = element("p", `${place ? "tcpsim-follows" : "tcpsim-headline"} ${told.kind}`, told.words);
    if (told.why || told.section) {
      const why = element("span", "tcpsim-why", told.why ? `${told.why} ` : "");
      if (told.section) why.append(element("span", "tcpsim-section", `${told.section}`));
      told_as.append(why);
    }
    return told_as;
  });
}

// ---- both ends -------------------------------------------------------------------------------------------------------

function host(run, name, place, frame, before) {
  const { words } = run;
  const then = frame.hosts[place];
  const was = before.hosts[place];
  const card = element("div", `tcpsim-host${frame.host === name ? " here" : ""}`);
  card.setAttribute("role", "group");
  card.setAttribute("aria-label", name);
  card.append(element("div", "tcpsim-name", name));
  if (then.down) card.append(element("div", "tcpsim-fate", words.down));
  else if (then.unplugged) card.append(element("div", "tcpsim-fate", words.unplugged));
  const ends = then.ends.map((number) => run.ends[number]);
  const earlier = new Map(was.ends.map((number) => [run.ends[number].key, run.ends[number]]));
  for (const end of ends) card.append(endpoint(run, end, earlier.get(end.key), frame));
  if (!ends.length) card.append(element("div", "tcpsim-nobody", words.nobody));
  if (then.more) card.append(element("div", "tcpsim-nobody", fill(words.more, { count: then.more })));
  return card;
}

// Of many connections, the one to which something happened is scrolled to, unless what has changed is in sight.
function inSight(ends, changed) {
  if (!changed) return;
  const [pane, mark, end] = [ends, changed, changed.closest(".tcpsim-end")].map((each) => each.getBoundingClientRect());
  if (mark.top >= pane.top && mark.bottom <= pane.bottom) return;
  if (end.bottom > pane.bottom) ends.scrollTop += Math.min(end.bottom - pane.bottom, end.top - pane.top);
  else ends.scrollTop += end.top - pane.top;
}

function endpoint(run, end, was, frame) {
  const { words } = run;
  const shown = element("div", "tcpsim-end");
  const state = element("div", "tcpsim-state", end.state);
  state.style.setProperty("--tcpsim-fill", `var(--tcpsim-state-${end.state})`);
  if (!was || was.state !== end.state) mark(state, was && fill(words.before, { value: was.state }));
  const socket = element("div", "tcpsim-socket");
  socket.append(state, element("span", "", end.title));
  shown.append(socket);
  const table = element("table");
  if (!end.values) {
    const queues = element("div", "tcpsim-queues two");
    for (const name of ["half_open", "waiting"]) {
      const [count, limit] = end[name];
      queues.append(queue(words, name, count, was && was[name] ? was[name][0] : null, ` / ${limit}`));
    }
    shown.append(queues);
  } else {
    for (const [label, name, base] of VARIABLES) {
      const value = variable(end.values, name, base);
      const old = was && was.values ? variable(was.values, name, base) : null;
      const wire = base === "iss" || base === "irs" ? end.values[name] : null;
      table.append(row(words, label, value, old, wire === null ? "" : ` ${wire}`, GROUPS.has(name) ? "tcpsim-first" : ""));
    }
    const queues = element("div", "tcpsim-queues");
    for (const name of QUEUES) {
      queues.append(queue(words, name, end.values[name], was && was.values ? was.values[name] : null, ""));
    }
    shown.append(table, queues);
  }
  const running = new Map((was && was.timers ? was.timers : []).map(([name, deadline]) => [name, deadline]));
  for (const timer of end.timers || []) shown.append(clock(run, timer, running, frame));
  return shown;
}

function variable(values, name, base) {
  const value = values[name];
  if (value === null) return "—";
  if (base === "time") return duration(value);
  if (base === "iss" || base === "irs") {
    const relative = (value - values[base]) >>> 0;
    return relative < 0x80000000 ? `${relative}` : `@${value}`;
  }
  return `${value}`;
}

function row(words, label, value, old, beside, kind) {
  const line = element("tr", kind);
  const head = element("th", "", label);
  head.scope = "row";
  const cell = element("td");
  changing(words, line, cell, value, old, beside);
  line.append(head, cell);
  return line;
}

function queue(words, name, count, old, beside) {
  const shown = element("div");
  const value = element("span");
  changing(words, shown, value, `${count}`, old === null ? null : `${old}`, beside);
  shown.append(value, element("small", "", words[name]));
  return shown;
}

// A value, and before it the one that it had until now, struck through.
function changing(words, whole, cell, value, old, beside) {
  if (old !== null && old !== value) {
    mark(whole, fill(words.before, { value: old }));
    cell.append(element("s", "", old), " ", element("b", "", value));
  } else {
    cell.append(value);
  }
  if (beside) cell.append(element("small", "", beside));
}

function clock(run, [name, deadline, since], running, frame) {
  const shown = element("div", "tcpsim-timer");
  const text = element("div");
  const left = fill(run.words.left, { time: duration(deadline - frame.time) });
  text.append(element("span", "", name), element("span", "", left));
  shown.title = `${name}: ${duration(deadline - since)}`;
  const bar = element("div", "tcpsim-bar");
  const filled = element("i");
  const gone = deadline > since ? (frame.time - since) / (deadline - since) : 1;
  filled.style.width = `${Math.round(100 * (1 - gone))}%`;
  bar.append(filled);
  shown.append(text, bar);
  if (running.get(name) !== deadline) shown.classList.add("changed");
  return shown;
}

function mark(shown, said) {
  shown.classList.add("changed");
  if (said) shown.title = said;
}

// ---- segments under way ----------------------------------------------------------------------------------------------

function flying(list, run, frame) {
  const { words, hosts } = run;
  const ways = frame.air.map((place) => run.ways[place]);
  const kept = new Map([...list.children].map((child) => [child.dataset.gid, child]));
  const shown = ways.map((way) => {
    const gone = frame.time - way.sent;
    const whole = way.due < 0 ? -1 : way.due - way.sent;
    const share = whole > 0 ? Math.min(1, gone / whole) : gone > 0 ? 0.5 : 0;
    const leftwards = hosts.indexOf(way.from) > hosts.indexOf(way.to);
    const flight = kept.get(way.gid) || flightOf(way, leftwards);
    const far = whole < 0 ? duration(gone) : fill(words.gone, { time: duration(gone), of: duration(whole) });
    flight.querySelector("[data-part=far]").textContent = far;
    flight.querySelector("i").style.left = `${100 * (leftwards ? 1 - share : share)}%`;
    return flight;
  });
  list.replaceChildren(...(shown.length ? shown : [element("div", "tcpsim-none", words.nothing_in_flight)]));
}

function flightOf(way, leftwards) {
  const flight = element("div", `tcpsim-flight ${way.kind}`);
  flight.dataset.gid = way.gid;
  const ends = leftwards ? `${way.to} ← ${way.from}` : `${way.from} → ${way.to}`;
  const beside = element("span");
  const far = element("span");
  far.dataset.part = "far";
  beside.append(element("span", "tcpsim-between", `${ends}, `), far);
  const track = element("div", `tcpsim-track${leftwards ? " leftwards" : ""}`);
  track.append(element("i"));
  const label = element("span", "", way.label);
  label.title = way.label;
  flight.append(label, track, beside);
  return flight;
}

// ---- words, numbers, elements ------------------------------------------------------------------------------------------

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function moment(microseconds, digits) {
  return `${(microseconds / 1e6).toFixed(digits)} s`;
}

function duration(microseconds) {
  for (const [unit, name] of [[3.6e9, "h"], [1e6, "s"], [1e3, "ms"]]) {
    if (microseconds >= unit && (name !== "h" || microseconds % unit === 0)) {
      return `${Number((microseconds / unit).toFixed(3))} ${name}`;
    }
  }
  return `${microseconds} µs`;
}

function element(kind, classes = "", text = "") {
  const made = document.createElement(kind);
  if (classes.trim()) made.className = classes.trim();
  if (text !== "") made.textContent = text;
  return made;
}

function vector(kind, attributes) {
  const made = document.createElementNS(SVG, kind);
  place(made, attributes);
  return made;
}

function place(shape, attributes) {
  for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
}
