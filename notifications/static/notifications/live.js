// An alert under way: seconds until it goes, and how far it is.

const room = document.querySelector("#live");
const EVERY = 2000; // ms between two questions

function count() {
    const timer = room.querySelector("[data-until]");
    if (timer) {
        const left = Math.ceil((new Date(timer.dataset.until) - Date.now()) / 1000);
        timer.textContent = left > 0 ? `in ${left} s` : "now";
    }
}

async function look() {
    const answer = await fetch(room.dataset.live);
    if (!answer.ok) {
        return;
    }
    const { is_over: isOver, html } = await answer.json();
    const isBusy = room.contains(document.activeElement) && document.activeElement !== document.body;
    if (!isBusy || isOver) {
        const page = new DOMParser().parseFromString(html, "text/html");
        room.replaceChildren(...page.body.childNodes);
        count();
    }
    if (isOver) {
        clearInterval(looking);
    }
}

let looking;
count();
if (!("over" in room.dataset)) {
    setInterval(count, 500);
    looking = setInterval(look, EVERY);
}
