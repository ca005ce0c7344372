// The inbox by keys: j and k go down and up, x chooses, e opens. The row at hand is what a and r mean
// where nothing is chosen.

const form = document.querySelector("#inbox");
const boxes = [...form.querySelectorAll("input[type=checkbox]")];
let at = -1;

function go(step) {
    at = Math.max(0, Math.min(boxes.length - 1, at + step));
    boxes[at]?.focus();
    boxes[at]?.closest("li").scrollIntoView({ block: "nearest" });
}

addEventListener("focusin", (event) => {
    const found = boxes.indexOf(event.target);
    at = found < 0 ? at : found;
});

addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input:not([type=checkbox])")) {
        return;
    }
    const keys = {
        j: () => go(1),
        k: () => go(-1),
        x: () => boxes[at]?.click(),
        e: () => boxes[at]?.closest("li").querySelector(".edit").click(),
    };
    keys[event.key]?.();
});

form.addEventListener("submit", () => {
    if (at >= 0 && !boxes.some((box) => box.checked)) {
        boxes[at].checked = true;
    }
});
