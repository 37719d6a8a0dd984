"use strict";
(() => {
  const frame = document.getElementById("graph");
  if (!frame) return;
  const data = JSON.parse(document.getElementById("data").textContent);
  const svg = frame.querySelector("svg");
  const view = svg.querySelector("#view");
  const about = document.getElementById("about");
  const slider = document.getElementById("sweep");
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  svg.removeAttribute("viewBox");

  // --- zoom and pan -------------------------------------------------------------------------
  let scale = 1, left = 0, top = 0;
  const show = () => view.setAttribute("transform", `translate(${left} ${top}) scale(${scale})`);
  const zoom = (factor, x, y) => {
    const wanted = Math.min(8, Math.max(0.02, scale * factor));
    left = x - (x - left) * wanted / scale;
    top = y - (y - top) * wanted / scale;
    scale = wanted;
    show();
  };
  const middle = (factor) => zoom(factor, frame.clientWidth / 2, frame.clientHeight / 2);
  const fit = () => {
    scale = Math.min(frame.clientWidth / width, frame.clientHeight / height, 1.6);
    left = Math.max(0, (frame.clientWidth - width * scale) / 2);
    top = Math.max(0, (frame.clientHeight - height * scale) / 2);
    show();
  };
  const bring = (element) => {
    const box = element.getBBox();
    scale = Math.max(scale, 1);
    left = frame.clientWidth / 2 - (box.x + box.width / 2) * scale;
    top = frame.clientHeight / 2 - (box.y + box.height / 2) * scale;
    show();
  };
  const place = (event) => {
    const box = frame.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  frame.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), ...place(event));
  }, { passive: false });

  const fingers = new Map();
  let moved = 0, pressed = null;
  frame.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, place(event));
    if (fingers.size === 1) { moved = 0; pressed = event.target; }
    frame.setPointerCapture(event.pointerId);
  });
  frame.addEventListener("pointermove", (event) => {
    const from = fingers.get(event.pointerId), to = place(event);
    if (!from) {
      if (event.pointerType === "mouse" && !held) pick(event.target, false);
      return;
    }
    moved += Math.hypot(to[0] - from[0], to[1] - from[1]);
    fingers.set(event.pointerId, to);
    if (fingers.size === 1) {
      left += to[0] - from[0];
      top += to[1] - from[1];
      show();
    } else if (fingers.size === 2) {
      const other = [...fingers].find(([id]) => id !== event.pointerId)[1];
      const gap = (point) => Math.max(1, Math.hypot(point[0] - other[0], point[1] - other[1]));
      left += (to[0] - from[0]) / 2;
      top += (to[1] - from[1]) / 2;
      zoom(gap(to) / gap(from), (to[0] + other[0]) / 2, (to[1] + other[1]) / 2);
    }
  });
  const lift = (event) => {
    if (fingers.size === 1 && event.type === "pointerup" && moved < 6) pick(pressed, true);
    fingers.delete(event.pointerId);
  };
  frame.addEventListener("pointerup", lift);
  frame.addEventListener("pointercancel", lift);
  frame.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
    if (step) { left += step[0]; top += step[1]; show(); }
    else if (event.key === "+" || event.key === "=") middle(1.3);
    else if (event.key === "-") middle(1 / 1.3);
    else if (event.key === "0") fit();
    else return;
    event.preventDefault();
  });
  document.getElementById("closer").addEventListener("click", () => middle(1.5));
  document.getElementById("farther").addEventListener("click", () => middle(1 / 1.5));
  document.getElementById("whole").addEventListener("click", fit);
  new ResizeObserver(fit).observe(frame);

  // --- what is under the pointer ------------------------------------------------------------
  const gates = new Map(), wires = new Map(), ends = new Map();
  for (const e of view.querySelectorAll("[data-gate]")) gates.set(Number(e.dataset.gate), e);
  for (const e of view.querySelectorAll("path[data-net]")) wires.set(Number(e.dataset.net), e);
  for (const e of view.querySelectorAll("g[data-net]")) {
    const net = Number(e.dataset.net);
    ends.set(net, [...(ends.get(net) || []), e]);
  }
  let held = false, picked = null;
  const looks = data.sweeps ? data.sweeps.length : 0;
  let shown = looks - 1;
  const literal = (pin) => pin < 2 ? String(pin) : (pin & 1 ? "~" : "") + data.nets[pin >> 1];
  const valued = (net) => data.values ? ` = ${data.values[shown][net - 1]} in the read shown` : "";
  const share = (permille) => permille === 0 ? "never" : `in ${permille / 10} % of the reads`;
  const describeGate = (k) => {
    const [cell, source, pins, inputs] = data.gates[k];
    const say = ([name, pin]) => `${name} = ${literal(pin)}`;
    const lines = [`${cell} ${source}`, `reads ${pins.slice(0, inputs).map(say).join(", ")}`,
      `drives ${pins.slice(inputs).map(say).join(", ")}`];
    if (data.violated) lines.push(`violated ${share(data.violated[shown][k])}`);
    return lines.join("\n");
  };
  const describeNet = (net) => {
    if (net < 1) return "a constant";
    const driver = data.gates.find(([, , pins, inputs]) =>
      pins.slice(inputs).some(([, pin]) => pin >> 1 === net));
    const readers = data.gates.filter(([, , pins, inputs]) =>
      pins.slice(0, inputs).some(([, pin]) => pin >> 1 === net)).length;
    const from = driver ? `driven by ${driver[0]} ${driver[1]}` : "an input";
    return `net ${data.nets[net]}${valued(net)}\n${from}; read by ${readers} gates`;
  };
  const describe = () => {
    if (!picked) about.textContent = about.dataset.hint;
    else about.textContent = picked[0] === "gate" ? describeGate(picked[1]) : describeNet(picked[1]);
  };
  const mark = (element) => element && element.classList.add("picked");
  const pick = (target, hold) => {
    const element = target && target.closest && target.closest("[data-gate], [data-net]");
    if (!element && !hold) return;
    for (const e of view.querySelectorAll(".picked")) e.classList.remove("picked");
    held = Boolean(hold && element);
    picked = null;
    if (element && element.dataset.gate !== undefined) {
      const k = Number(element.dataset.gate);
      picked = ["gate", k];
      mark(element);
      for (const [, pin] of data.gates[k][2]) mark(wires.get(pin >> 1));
    } else if (element) {
      const net = Number(element.dataset.net);
      picked = ["net", net];
      mark(wires.get(net));
      for (const e of ends.get(net) || []) mark(e);
    }
    describe();
  };
  for (const button of document.querySelectorAll("button[data-find]")) {
    button.addEventListener("click", () => {
      const gate = gates.get(Number(button.dataset.find));
      pick(gate, true);
      bring(gate);
      frame.scrollIntoView({ block: "nearest" });
    });
  }

  // --- from sweep to sweep ------------------------------------------------------------------
  const deep = (permille) => data.deep.filter((limit) => permille > 1000 * limit).length;
  const paint = () => {
    const k = shown;
    for (const [gate, element] of gates) {
      const kept = element.classList.contains("picked") ? " picked" : "";
      element.setAttribute("class", `gate q${deep(data.violated[k][gate])}${kept}`);
    }
    for (const [net, element] of wires) element.classList.toggle("one", data.values[k][net - 1] === "1");
    if (slider) {
      slider.value = data.sweeps[k];
      document.getElementById("when").textContent =
        `sweep ${data.sweeps[k]} of ${data.sweeps[looks - 1]}`;
    }
    describe();
  };
  const look = (k) => { shown = Math.min(looks - 1, Math.max(0, k)); paint(); };
  // The knob stands at a sweep that was looked at: the one nearest to where it was put.
  const nearest = (sweep) => data.sweeps.reduce(
    (best, one, k) => Math.abs(one - sweep) < Math.abs(data.sweeps[best] - sweep) ? k : best, 0);
  if (slider) {
    const play = document.getElementById("play");
    let timer = 0;
    const stop = () => { clearInterval(timer); timer = 0; play.textContent = "Play"; };
    slider.addEventListener("input", () => { stop(); look(nearest(Number(slider.value))); });
    slider.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      stop();
      look(shown + step);
    });
    play.addEventListener("click", () => {
      if (timer) { stop(); return; }
      play.textContent = "Stop";
      look(shown === looks - 1 ? 0 : shown);
      timer = setInterval(() => {
        look(shown + 1);
        if (shown === looks - 1) stop();
      }, 90);
    });
  }
  if (looks) paint();
  describe();
  fit();
})();
