// Where names stand in a map, so that none hides another.

// Where the name of a point may stand, the best place first, in pixels from the lower left.
function places(left, up, wide) {
  const box = (side, x, y) => ({ side, left: x, right: x + wide, bottom: y, top: y + 14 });
  return [
    box("top center", left - wide / 2, up + 6),
    box("middle right", left + 9, up - 7),
    box("middle left", left - 9 - wide, up - 7),
    box("bottom center", left - wide / 2, up - 20),
  ];
}

function inside(box, width, height) {
  return box.left >= 0 && box.right <= width && box.bottom >= 0 && box.top <= height;
}

function overlap(one, other) {
  return (
    one.left < other.right && other.left < one.right && one.bottom < other.top && other.bottom < one.top
  );
}

// Names stay readable among points.
function halo(color) {
  return ["1px 1px", "1px -1px", "-1px 1px", "-1px -1px"].map((at) => `${at} 2px ${color}`).join(", ");
}
