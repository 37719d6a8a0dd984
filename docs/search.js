// A page that is opened from a folder may load no index to search in: say so, and what helps.
if (location.protocol === "file:") {
  document.addEventListener("DOMContentLoaded", () => {
    const field = document.querySelector(".md-search__input");
    if (field) {
      field.placeholder = "Search needs a server: python3 -m http.server";
      field.disabled = true;
    }
  });
}
