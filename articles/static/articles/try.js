// A text is tried on the aliases of the open form, saved or not, while it is written.

const place = document.querySelector("#try");
const PAUSE = 300; // ms after the last key
let waiting;

async function ask() {
    const form = new FormData();
    form.set("text", place.querySelector("textarea").value);
    form.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    for (const phrase of document.querySelectorAll("[name^=aliases-][name$=-phrase]")) {
        form.append("phrase", phrase.value);
    }
    const answer = await fetch(place.dataset.try, { method: "POST", body: form });
    if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        place.querySelector(".tried").replaceChildren(...page.body.childNodes);
    }
}

addEventListener("input", (event) => {
    if (place.contains(event.target) || event.target.name?.endsWith("-phrase")) {
        clearTimeout(waiting);
        waiting = setTimeout(ask, PAUSE);
    }
});
