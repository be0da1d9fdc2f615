// The page: what is shown of the data, and how one moves through it.
const data = JSON.parse($("data").textContent);
const relief = makeRelief(data.relief);
const map = makeMap($("map"), relief), surface = makeSurface($("surface"), relief), chart = makeChart($("chart"));
const methods = data.methods || [], starts = (data.starts || []).map(([x, y]) => relief.place(x, y));
const minima = (data.minima || []).map(({x, y}) => relief.place(x, y));
const speeds = [2, 5, 10, 20, 50, 100, 200];
const state = {start: 0, time: 0, playing: false, speed: 10, byCost: false, hidden: new Set()};

const text = (tag, content, attributes = {}) => Object.assign(document.createElement(tag), {textContent: content}, attributes);
const shown = () => methods.map((_, i) => i).filter((i) => !state.hidden.has(i));
const pathOf = (i) => methods[i].paths[state.start];
const costAt = ({cost}, k) => (typeof cost === "number" ? cost * k : cost[k]);
const timeAt = (path, k) => (state.byCost ? costAt(path, k) : k);
const end = () => Math.max(1e-9, ...shown().map((i) => timeAt(pathOf(i), pathOf(i).x.length - 1)));

// The last point that is reached by the time, and the share of the way to the next one.
function reached(path) {
  const last = path.x.length - 1;
  let k = 0;
  while (k < last && timeAt(path, k + 1) <= state.time) ++k;
  return {k, share: k < last ? (state.time - timeAt(path, k)) / (timeAt(path, k + 1) - timeAt(path, k)) : 0};
}

function line(i) {
  const path = pathOf(i), {k, share} = reached(path), places = [];
  for (let j = 0; j <= k; ++j) places.push(relief.place(path.x[j], path.y[j]));
  const steps = places.map((_, j) => j);
  if (share > 0) places.push(relief.place(lerp(path.x[k], path.x[k + 1], share), lerp(path.y[k], path.y[k + 1], share)));
  return {places, steps, colour: colourOf(i)};
}

function drawLosses() {
  const all = shown().map(pathOf).flatMap(({excess}) => excess).filter((e) => e > 0);
  const most = Math.min(Math.max(...all, 1e-12), 1e3 * (data.relief.top - data.relief.least));
  const least = clamp(Math.min(...all, most), 1e-13 * most, 0.1 * most);
  const low = 10 ** Math.floor(Math.log10(least)), high = 10 ** Math.ceil(Math.log10(most));
  const series = shown().map((i) => {
    const path = pathOf(i), ys = path.excess.map((e) => (e === null ? null : Math.max(e, low))), {k, share} = reached(path);
    const next = ys[Math.min(k + 1, ys.length - 1)];
    const y = ys[k] === null || next === null ? ys[k] : 10 ** lerp(Math.log10(ys[k]), Math.log10(next), share);
    const x = share > 0 ? state.time : timeAt(path, k);
    return {xs: ys.map((_, j) => timeAt(path, j)), ys, colour: colourOf(i), until: state.time, head: y === null ? null : [x, y]};
  });
  chart.draw({series, xRange: [0, end()], yRange: [low, high], log: true, cursor: state.time});
}

function drawLine() {
  const {alpha, training, test} = data.line;
  const ys = [...training, ...test].filter((y) => y !== null), most = Math.max(...ys), least = Math.min(...ys), log = least > 0 && most > 20 * least;
  const yRange = log ? [10 ** Math.floor(Math.log10(least)), 10 ** Math.ceil(Math.log10(most))] : [Math.min(0, least), most * 1.05];
  chart.draw({series: [training, test].map((values, i) => ({xs: alpha, ys: values, colour: colourOf(i)})),
    xRange: [alpha[0], alpha[alpha.length - 1]], yRange, log, marks: data.line.marks});
}

// Why a path ends, unless all steps were made.
function inShort(sentence) {
  if (sentence.startsWith("Stopped")) return "";
  return /^(Con|Di)verged/.test(sentence) ? `${sentence.match(/^\w+/)[0]}.` : sentence;
}

function describe(i) {
  const path = pathOf(i), {k} = reached(path), last = path.x.length - 1;
  const outside = path.x.findIndex((x, j) => j <= k && relief.place(x, path.y[j]).some((share) => share < 0 || share > 1));
  const [u, v] = relief.place(path.x[k], path.y[k]), now = u < 0 || u > 1 || v < 0 || v > 1;
  const left = now ? `Outside of the window since step ${outside}. ` : "";
  return {value: path.excess[k] === null ? "not finite" : figures(path.excess[k]), steps: k, cost: figures(costAt(path, k), 4),
    state: left + (k === last ? inShort(path.end) : "")};
}

function fillLegend() {
  methods.forEach((_, i) => {
    const now = describe(i), cells = $("legend").querySelectorAll("tbody tr")[i].cells;
    [now.value, now.steps, now.cost, now.state].forEach((content, j) => {
      if (cells[j + 1].textContent !== String(content)) cells[j + 1].textContent = content;
    });
  });
}

let waiting = false;
function draw() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    const lines = shown().map(line), picture = {starts, start: methods.length ? state.start : -1, minima, lines};
    map.draw(picture);
    surface.draw(picture, $("map").clientHeight);
    if (methods.length === 0) return drawLine();
    drawLosses();
    fillLegend();
    $("time").max = end();
    $("time").value = state.time;
    const unit = state.byCost ? "cost" : "step", number = (x) => (state.byCost ? figures(x, 4) : Math.floor(x + 1e-9));
    $("clock").textContent = `${unit} ${number(state.time)} of ${number(end())}`;
    $("time").setAttribute("aria-valuetext", $("clock").textContent);
    $("play").textContent = state.playing ? "❚❚" : "▶";
    $("play").setAttribute("aria-label", state.playing ? "Pause" : "Play");
    $("by-step").setAttribute("aria-pressed", !state.byCost);
    $("by-cost").setAttribute("aria-pressed", state.byCost);
  });
}

let before = null;
function advance(now) {
  if (!state.playing) return;
  if (before !== null) state.time += (now - before) / 1000 * state.speed;
  before = now;
  if (state.time >= end()) {
    state.time = end();
    state.playing = false;
  }
  draw();
  requestAnimationFrame(advance);
}
function play(on) {
  if (on && state.time >= end()) state.time = 0;
  if (on && !state.playing) {
    before = null;
    requestAnimationFrame(advance);
  }
  state.playing = on;
  draw();
}
function seek(time) {
  state.time = clamp(time, 0, end());
  draw();
}
function begin(start) {
  state.start = start;
  state.time = 0;
  $("map-caption").textContent = caption();
  play(true);
}
const caption = () => {
  const [x, y] = data.starts[state.start];
  return `From (${figures(x)}, ${figures(y)}). Click anywhere for the nearest of ${starts.length} starting points; ★ are minima.`;
};

// The start that is nearest on the screen to a place, among those that `suits` lets through.
function nearest([u, v], suits = () => true) {
  const away = ([a, b]) => Math.hypot((a - u) * relief.aspect, b - v);
  return starts.map((_, i) => i).filter(suits).sort((i, j) => away(starts[i]) - away(starts[j]))[0];
}

function makeLegend() {
  const table = $("legend").appendChild(document.createElement("table"));
  const head = table.createTHead().insertRow();
  for (const title of ["Method", "f − least f", "Steps", "Cost", ""]) head.append(text("th", title, {className: /Method|^$/.test(title) ? "" : "number"}));
  const body = table.createTBody();
  methods.forEach(({name, summary}, i) => {
    const row = body.insertRow(), button = text("button", "", {title: summary});
    const swatch = document.createElement("i");
    swatch.style.background = `var(--series-${(i % 12) + 1})`;
    button.append(swatch, name);
    button.setAttribute("aria-pressed", "true");
    button.onclick = () => {
      state.hidden.has(i) ? state.hidden.delete(i) : state.hidden.add(i);
      button.setAttribute("aria-pressed", !state.hidden.has(i));
      seek(state.time);
    };
    row.insertCell().append(button);
    for (let j = 0; j < 3; ++j) row.insertCell().className = "number";
    row.insertCell().className = "state";
  });
}

function makeAbout() {
  const about = $("about"), list = document.createElement("dl");
  about.append(text("h2", "The methods and their options"), list);
  for (const {name, summary, options, origin} of methods) {
    list.append(text("dt", name), text("dd", summary));
    const detail = document.createElement("dd");
    if (options !== "{}") detail.append(text("code", options), " ");
    detail.append(text("span", `(${origin})`, {className: "muted"}));
    list.append(detail);
  }
  for (const sentence of [...data.left_out, ...data.remarks]) about.append(text("p", sentence, {className: "muted"}));
}

function makeNetworkLegend() {
  for (const [i, name] of ["training", "test"].entries()) {
    const row = text("p", "", {className: "key"}), swatch = document.createElement("i");
    swatch.style.background = `var(--series-${i + 1})`;
    row.append(swatch, `${name} loss`);
    $("legend").append(row);
  }
  for (const sentence of data.remarks) $("legend").append(text("p", sentence, {className: "muted"}));
}

function listen() {
  for (const speed of speeds) $("speed").append(text("option", `${speed} a second`, {value: speed, selected: speed === state.speed}));
  $("play").onclick = () => play(!state.playing);
  $("time").oninput = () => {
    state.playing = false;
    seek(Number($("time").value));
  };
  $("speed").onchange = () => (state.speed = Number($("speed").value));
  const measure = (byCost) => () => {
    const share = state.time / end();
    state.byCost = byCost;
    seek(share * end());
  };
  $("by-step").onclick = measure(false);
  $("by-cost").onclick = measure(true);
  $("map").tabIndex = 0;
  $("map").onclick = (event) => begin(nearest(map.place(event)));
  $("map").onkeydown = (event) => {
    const [x, y] = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}[event.key] || [0, 0];
    if (x === 0 && y === 0) return;
    event.preventDefault();
    const from = starts[state.start];
    const next = nearest(from, (i) => {
      const [du, dv] = [starts[i][0] - from[0], starts[i][1] - from[1]];
      return x * du + y * dv > 1e-6 && Math.abs(x * dv) + Math.abs(y * du) <= x * du + y * dv;
    });
    if (next !== undefined) begin(next);
  };
  const scrub = (event) => {
    if (event.buttons !== 1 && event.type === "pointermove") return;
    state.playing = false;
    seek(chart.at(event));
  };
  $("chart").onpointerdown = $("chart").onpointermove = scrub;
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || /BUTTON|SELECT/.test(event.target.tagName)) return;
    event.preventDefault();
    play(!state.playing);
  });
}

function listenToSurface() {
  const canvas = $("surface");
  canvas.onpointerdown = (event) => canvas.setPointerCapture(event.pointerId);
  canvas.onpointermove = (event) => {
    if (event.buttons === 0) return;
    surface.turnBy(event.movementX * 0.008, event.pointerType === "mouse" ? event.movementY * 0.006 : 0);
    draw();
  };
  canvas.onkeydown = (event) => {
    const [x, y] = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}[event.key] || [0, 0];
    if (x === 0 && y === 0) return;
    event.preventDefault();
    surface.turnBy(x * 0.1, y * 0.08);
    draw();
  };
}

$("title").textContent = data.title;
$("formula").textContent = data.formula || "";
$("note").textContent = data.note;
listenToSurface();
const repaint = () => {
  relief.readColours();
  map.forget();
  surface.forget();
  draw();
};
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
addEventListener("resize", draw);
if (methods.length) {
  makeLegend();
  makeAbout();
  listen();
  $("map-caption").textContent = caption();
  $("map").setAttribute("aria-label", "The function from above with the methods' paths; arrow keys choose another starting point.");
  $("chart").setAttribute("aria-label", "How far above its least value the function is; drag to move in time.");
  $("chart-caption").textContent = "How far f is above its least value (logarithmic). Drag to move in time.";
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) seek(end());
  else play(true);
} else {
  $("controls").hidden = true;
  $("map-caption").textContent = data.map_caption;
  $("chart-caption").textContent = data.chart_caption;
  $("map").setAttribute("aria-label", data.map_caption);
  $("chart").setAttribute("aria-label", data.chart_caption);
  makeNetworkLegend();
  draw();
}
