// Names, for who hears the page, of fields that the admin leaves without one: cells of a table take
// that of their column, the fields of a date and a search box that of the label beside them;
// a list's search box has a picture for a label, whose text is taken.

function nameOf(field) {
    const cell = field.closest("td");
    const table = cell?.closest(".tabular table");
    if (table) {
        return table.tHead.rows[0].cells[cell.cellIndex]?.textContent.trim();
    }
    const label = field.closest(".form-row")?.querySelector("label, .fieldset-heading");
    return label?.textContent.trim().replace(/:$/, "");
}

function name() {
    const search = document.querySelector("#searchbar");
    if (search) {
        search.ariaLabel = search.labels[0].querySelector("img").alt;
    }
    const fields = "select, textarea, input:not([type=hidden]), .select2-selection, .select2-selection__rendered";
    for (const field of document.querySelectorAll(`.tabular :is(${fields}), .form-row :is(${fields})`)) {
        const isNamed = field.labels?.length || (field.ariaLabel && field.tagName !== "INPUT");
        if (isNamed) {
            continue;
        }
        field.removeAttribute("aria-labelledby");
        field.ariaLabel = nameOf(field) || "value";
    }
}

// Other scripts add fields whenever it suits them.
let waiting;
new MutationObserver(() => {
    clearTimeout(waiting);
    waiting = setTimeout(name, 20);
}).observe(document.body, { childList: true, subtree: true });
name();
