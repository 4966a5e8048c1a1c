// The whole trace in a strip: where the rows in sight are, and a part of the time to look at.

import { colorIndex } from "./color.mjs";
import { h } from "./dom.mjs";

const HEIGHT = 56;

export class Minimap {
  constructor(waterfall) {
    this.waterfall = waterfall;
    this.canvas = h("canvas", { height: HEIGHT, "aria-hidden": "true" });
    this.sight = h("div", { class: "sight" });
    this.brush = h("div", { class: "brush", hidden: true });
    this.reset = h("button", { class: "reset", hidden: true, on: { click: () => waterfall.setZoom(0, waterfall.model.end) } }, "whole trace");
    this.element = h("div", {
      class: "minimap", title: "Drag to look at a part of the time; double-click for the whole",
      on: {
        pointerdown: (event) => this.begin(event), pointermove: (event) => this.move(event),
        pointerup: (event) => this.finish(event),
        dblclick: () => waterfall.setZoom(0, waterfall.model.end),
      },
    }, this.canvas, this.sight, this.brush, this.reset);
    this.watching = new ResizeObserver(() => this.paint());
    this.watching.observe(this.element);
  }

  destroy() {
    this.watching.disconnect();
  }

  paint() {
    const width = this.element.clientWidth;
    if (width === 0) return;
    const sharp = window.devicePixelRatio || 1;
    this.canvas.width = width * sharp;
    this.canvas.height = HEIGHT * sharp;
    const pen = this.canvas.getContext("2d");
    pen.scale(sharp, sharp);
    const css = getComputedStyle(document.documentElement);
    const colors = Array.from({ length: 10 }, (_, at) => css.getPropertyValue(`--c${at}`).trim());
    const bad = css.getPropertyValue("--bad").trim();
    const { spans, tree, end } = this.waterfall.model;
    const line = Math.max(1, Math.min(4, (HEIGHT - 6) / tree.order.length));
    tree.order.forEach((index, row) => {
      const span = spans[index];
      pen.fillStyle = span.error ? bad : colors[colorIndex(span.service)];
      const y = 3 + (row / tree.order.length) * (HEIGHT - 6);
      pen.fillRect((span.start / end) * width, y, Math.max(1.5, (span.duration / end) * width), line);
    });
    this.update();
  }

  /** Shows which rows and which time are in sight. */
  update() {
    const { body, model, zoom, rows } = this.waterfall;
    const all = Math.max(1, body.scrollHeight);
    Object.assign(this.sight.style, {
      left: `${(zoom[0] / model.end) * 100}%`, width: `${((zoom[1] - zoom[0]) / model.end) * 100}%`,
      top: `${(body.scrollTop / all) * HEIGHT}px`,
      height: `${Math.max(6, Math.min(1, body.clientHeight / all) * HEIGHT)}px`,
    });
    const whole = zoom[0] === 0 && zoom[1] === model.end;
    this.sight.hidden = rows.length === 0 || (whole && body.clientHeight >= all);
    this.reset.hidden = whole;
  }

  at(event) {
    const box = this.element.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  }

  begin(event) {
    if (event.target === this.reset) return;
    this.from = this.at(event);
    this.element.setPointerCapture(event.pointerId);
  }

  move(event) {
    if (this.from === undefined) return;
    const [left, right] = [this.from, this.at(event)].sort((a, b) => a - b);
    this.brush.hidden = right - left < 0.005;
    Object.assign(this.brush.style, { left: `${left * 100}%`, width: `${(right - left) * 100}%` });
  }

  finish(event) {
    if (this.from === undefined) return;
    const [left, right] = [this.from, this.at(event)].sort((a, b) => a - b);
    this.from = undefined;
    this.brush.hidden = true;
    const { model, body } = this.waterfall;
    if (right - left >= 0.005) {
      this.waterfall.setZoom(left * model.end, right * model.end);
    } else {
      const box = this.element.getBoundingClientRect();
      body.scrollTop = ((event.clientY - box.top) / HEIGHT) * body.scrollHeight - body.clientHeight / 2;
    }
  }
}
