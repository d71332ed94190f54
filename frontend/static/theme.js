(function () {
  var t = null;
  try { t = localStorage.getItem('noroshi.theme'); } catch (e) { /* storage may be closed */ }
  var dark = t ? t === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.classList.toggle('dark', dark);
})();
