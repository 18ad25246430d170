"use strict";
document.querySelectorAll("table.sortable th button").forEach(function (button) {
  button.addEventListener("click", function () {
    var head = button.parentNode, table = head.closest("table"), body = table.tBodies[0];
    var column = Array.prototype.indexOf.call(head.parentNode.children, head);
    var rising = head.getAttribute("aria-sort") !== "ascending";
    head.parentNode.querySelectorAll("th").forEach(function (other) { other.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", rising ? "ascending" : "descending");
    var rows = Array.prototype.map.call(body.rows, function (row, place) {
      return { row: row, place: place, key: row.cells[column].getAttribute("data-sort") };
    });
    rows.sort(function (one, other) {
      if ((one.key === "") !== (other.key === "")) { return one.key === "" ? 1 : -1; }
      var a = Number(one.key), b = Number(other.key);
      var order = isNaN(a) || isNaN(b) ? one.key.localeCompare(other.key) : a - b;
      return (rising ? order : -order) || one.place - other.place;
    });
    rows.forEach(function (item) { body.appendChild(item.row); });
  });
});
