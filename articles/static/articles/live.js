// A row that workers move: seconds until it goes, and how far it is. The part of the page that
// lives is asked for again until the server says that it is over.

const EVERY = 2000; // ms between two questions

function count() {
    const timer = document.querySelector("#live [data-until]");
    if (timer) {
        const left = Math.ceil((new Date(timer.dataset.until) - Date.now()) / 1000);
        timer.textContent = left > 0 ? `in ${left} s` : "now";
    }
}

async function look() {
    const live = document.querySelector("#live");
    const answer = await fetch(live.dataset.live);
    if (!answer.ok) {
        return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector("#live");
    if (next.dataset.stage !== live.dataset.stage) {
        location.reload(); // the rest of the page offers something else now
        return;
    }
    const isOver = "over" in next.dataset;
    const isBusy = live.contains(document.activeElement) && document.activeElement !== document.body;
    if (!isBusy || isOver) {
        live.replaceWith(next);
        count();
    }
    if (isOver) {
        clearInterval(looking);
    }
}

let looking;
count();
if (!("over" in document.querySelector("#live").dataset)) {
    setInterval(count, 500);
    looking = setInterval(look, EVERY);
}
