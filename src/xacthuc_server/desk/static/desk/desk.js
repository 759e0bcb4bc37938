// Small helps for the keyboard; every page works without them.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

// On a phone the menu is one line: the page one is on is moved into sight.
document.querySelector(".top nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// Letters go to the link or button that names them, unless somebody is writing.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea")) return;
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (wanted) {
    event.preventDefault();
    wanted.focus();
    wanted.click();
  }
});

// A file may be dropped anywhere in its frame; how much of it is sent is shown where that can be told.
for (const form of document.querySelectorAll("[data-drop]")) {
  const input = form.querySelector("input[type=file]");
  for (const kind of ["dragenter", "dragover"]) {
    form.addEventListener(kind, (event) => { event.preventDefault(); form.classList.add("over"); });
  }
  for (const kind of ["dragleave", "drop"]) {
    form.addEventListener(kind, (event) => { event.preventDefault(); form.classList.remove("over"); });
  }
  form.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length !== 1) return;
    input.files = event.dataTransfer.files;
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const shown = form.querySelector("[data-sending]");
    const request = new XMLHttpRequest();
    const data = new FormData(form);
    shown.hidden = false;
    form.querySelector("button").disabled = true;
    request.upload.addEventListener("progress", (told) => {
      if (told.lengthComputable) shown.querySelector("progress").value = (100 * told.loaded) / told.total;
    });
    request.addEventListener("load", () => { window.location.assign(request.responseURL || window.location.href); });
    request.addEventListener("error", () => { window.location.reload(); });
    request.open("POST", form.action);
    request.send(data);
  });
}
