//! Line charts as SVG without a script: the page shows them where nothing may be loaded.

use std::fmt::Write as _;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 44.0;

/// One line. `class` gives it its colour and its dashes.
pub(super) struct Line {
    pub(super) name: &'static str,
    pub(super) class: &'static str,
    pub(super) points: Vec<(f64, f64)>,
}

/// A chart whose vertical axis starts at 0.
pub(super) struct Chart {
    /// What a screen reader says of it.
    pub(super) label: &'static str,
    pub(super) x_title: &'static str,
    pub(super) y_title: &'static str,
    /// Places on the horizontal axis, with their texts.
    pub(super) x_ticks: Vec<(f64, String)>,
    pub(super) x_end: f64,
    pub(super) lines: Vec<Line>,
}

impl Chart {
    /// The legend and the picture. All texts are this program's own.
    pub(super) fn html(&self) -> String {
        let points = self.lines.iter().flat_map(|line| &line.points);
        let highest = points.map(|(_, y)| *y).fold(0.0, f64::max);
        let step = nice_step(highest);
        let y_end = ((highest / step).ceil() * step).max(step);
        let mut html = String::from("<ul class=\"legend\">");
        for Line { name, class, .. } in &self.lines {
            let _ = write!(
                html,
                "<li><svg class=\"key\" viewBox=\"0 0 28 8\" aria-hidden=\"true\">\
                 <path class=\"line {class}\" d=\"M0 4H28\"/></svg>{name}</li>"
            );
        }
        let _ = write!(
            html,
            "</ul>\n<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
             aria-label=\"{}\">\n",
            self.label
        );
        self.write_axes(&mut html, y_end, step);
        for line in &self.lines {
            let mut path = String::new();
            for (index, (x, y)) in line.points.iter().enumerate() {
                let command = if index == 0 { 'M' } else { 'L' };
                let _ = write!(path, "{command}{:.1} {:.1}", self.x(*x), place(*y, y_end));
            }
            let _ = writeln!(html, "<path class=\"line {}\" d=\"{path}\"/>", line.class);
        }
        html.push_str("</svg>\n");
        html
    }

    fn write_axes(&self, html: &mut String, y_end: f64, step: f64) {
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        let steps = (y_end / step).round() as u32;
        for number in 0..=steps {
            let value = f64::from(number) * step;
            let y = place(value, y_end);
            let _ = writeln!(
                html,
                "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{right}\"/>\
                 <text class=\"y\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                LEFT - 8.0,
                y + 4.0,
                short(value)
            );
        }
        for (at, text) in &self.x_ticks {
            let x = self.x(*at);
            let _ = writeln!(
                html,
                "<path class=\"grid\" d=\"M{x:.1} {bottom}v5\"/>\
                 <text class=\"x\" x=\"{x:.1}\" y=\"{:.1}\">{text}</text>",
                bottom + 19.0
            );
        }
        let middle = f64::midpoint(LEFT, right);
        let _ = writeln!(
            html,
            "<text class=\"x\" x=\"{middle}\" y=\"{:.1}\">{}</text>\
             <text class=\"x\" transform=\"translate(14 {:.1}) rotate(-90)\">{}</text>",
            HEIGHT - 6.0,
            self.x_title,
            f64::midpoint(TOP, bottom),
            self.y_title
        );
    }

    fn x(&self, value: f64) -> f64 {
        let share = if self.x_end > 0.0 {
            value / self.x_end
        } else {
            0.0
        };
        LEFT + share * (WIDTH - LEFT - RIGHT)
    }
}

/// The height at which a value is drawn.
fn place(value: f64, y_end: f64) -> f64 {
    HEIGHT - BOTTOM - value / y_end * (HEIGHT - TOP - BOTTOM)
}

/// 1, 2 or 5 times a power of ten, so that at most five steps are below `highest`.
pub(super) fn nice_step(highest: f64) -> f64 {
    let rough = (highest / 5.0).max(1e-3);
    let power = 10_f64.powf(rough.log10().floor());
    let digit = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|digit| digit * power >= rough * 0.999_999);
    digit.unwrap_or(10.0) * power
}

/// A number without the digits that only rounding has made.
pub(super) fn short(value: f64) -> String {
    format!("{}", (value * 1e4).round() / 1e4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_has_round_numbers() {
        for (highest, step) in [
            (0.0, 0.001),
            (4.9, 1.0),
            (5.1, 2.0),
            (300.0, 100.0),
            (2048.0, 500.0),
        ] {
            let found = nice_step(highest);
            assert!((found / step - 1.0).abs() < 1e-9, "{highest}: {found}");
        }
    }
}
