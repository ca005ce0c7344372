// One key for a button or a link: what carries data-key is pressed by it, unless somebody is writing.

const WRITING = "input:not([type=checkbox]), textarea, select, [contenteditable]";

addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest(WRITING)) {
        return;
    }
    const meant = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (meant) {
        event.preventDefault();
        meant.click();
    }
});
