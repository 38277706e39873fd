// Runs before the first paint, from a file of its own because the content security policy forbids inline
// scripts: sets the theme chosen earlier, or the one the system asks for, so that the page never flashes.
(function () {
  var chosen = null;
  try {
    chosen = window.localStorage.getItem("outlay.theme");
  } catch {
    // Storage may be forbidden; the system's choice stands.
  }
  var light = window.matchMedia("(prefers-color-scheme: light)").matches;
  var theme = chosen === "light" || chosen === "dark" ? chosen : light ? "light" : "dark";
  document.documentElement.setAttribute("data-theme", theme);
})();
