// A text is tried on the aliases of the open form, saved or not, while it is written.

const place = document.querySelector("#try");
const PAUSE = 300; // ms after the last key
let waiting;

async function ask() {
    const form = new FormData(place.closest("form"));
    form.set("text", place.querySelector("textarea").value);
    const answer = await fetch(place.dataset.try, { method: "POST", body: form });
    if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        place.querySelector(".tried").replaceChildren(...page.body.childNodes);
    }
}

addEventListener("input", (event) => {
    if (place.contains(event.target) || event.target.name?.startsWith("aliases-")) {
        clearTimeout(waiting);
        waiting = setTimeout(ask, PAUSE);
    }
});
