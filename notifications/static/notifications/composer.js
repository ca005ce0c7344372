// The composer: how many bytes are left, how it will look, who would hear it.

const form = document.querySelector("#alert_form");
const foreseen = document.querySelector("#foreseen");
const chooser = document.querySelector("#preview-language");
const bytes = new TextEncoder();
const PAUSE = 400; // ms after the last key before the server is asked

function field(name) {
    return form.elements[name];
}

function measure(area) {
    const limit = Number(area.dataset.bytes);
    const used = bytes.encode(area.value).length;
    const { meter, said } = area;
    meter.value = Math.min(used, limit);
    said.textContent = `${used} of ${limit} bytes`;
    said.classList.toggle("bad", used > limit);
}

function addMeter(area) {
    const bar = document.createElement("div");
    bar.className = "byte-bar";
    area.meter = document.createElement("meter");
    area.meter.max = Number(area.dataset.bytes);
    area.meter.high = area.meter.max * 0.9;
    area.meter.ariaLabel = `Room used of ${area.dataset.part}`;
    area.said = document.createElement("span");
    bar.append(area.meter, area.said);
    area.after(bar);
    measure(area);
}

function spoken() {
    const own = field("language").value.trim();
    const others = [...document.querySelectorAll("textarea[data-part=title][data-language]")];
    return [own, ...others.filter((area) => area.value.trim() && area.dataset.language !== own)
        .map((area) => area.dataset.language)];
}

function listLanguages() {
    const chosen = chooser.value;
    chooser.replaceChildren(...spoken().map((code) => new Option(code, code)));
    chooser.value = [...chooser.options].some((each) => each.value === chosen) ? chosen : chooser.options[0].value;
    document.querySelector("#shown-language").hidden = chooser.options.length < 2;
}

function preview() {
    const own = field("language").value.trim();
    const suffix = chooser.value === own ? "" : `_${chooser.value}`;
    for (const place of document.querySelectorAll("[data-show]")) {
        const part = place.dataset.show;
        place.textContent = field(`${part}${suffix}`).value || (part === "title" ? "Title" : "");
        place.lang = chooser.value;
    }
}

function chosenTags() {
    return [...field("tags").selectedOptions].map((option) => option.value);
}

async function foresee() {
    const asked = new URLSearchParams(chosenTags().map((tag) => ["tags", tag]));
    asked.set("is_breaking", field("is_breaking").checked);
    asked.set("title", field("title").value);
    asked.set("at", `${field("release_at_0").value} ${field("release_at_1").value}`);
    const answer = await fetch(`${foreseen.dataset.foresee}?${asked}`);
    if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        foreseen.replaceChildren(...page.body.childNodes);
    }
}

let waiting;

function changed(event) {
    if (event?.target.dataset?.bytes) {
        measure(event.target);
    }
    listLanguages();
    preview();
    clearTimeout(waiting);
    waiting = setTimeout(foresee, PAUSE);
}

form.querySelectorAll("[data-bytes]").forEach(addMeter);
form.addEventListener("input", changed);
form.addEventListener("change", changed);
chooser.addEventListener("change", preview);
// The field for tags is jQuery's, which tells nobody else of its changes.
window.django?.jQuery(field("tags")).on("change", () => changed());
changed();
