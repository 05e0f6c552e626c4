"""What is looked at on the screen: whether words can be read, and whether anything sticks out."""

from __future__ import annotations

MIN_CONTRAST = 4.5
"""Of words with what is behind them: WCAG 2.2, level AA."""
CONTRASTS = """
cell => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].map(part => part / 255);
  };
  const luminance = colour => {
    const [r, g, b] = colour.map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ancestors = element => element ? [element, ...ancestors(element.parentElement)] : [];
  const contrast = element => {
    const line = ancestors(element).map(one => getComputedStyle(one));
    const behind = line.map(style => rgba(style.backgroundColor)).find(colour => colour[3] > 0.99);
    const [r, g, b, alpha] = rgba(getComputedStyle(element).color);
    const shown = line.reduce((product, style) => product * Number(style.opacity), alpha);
    const front = [r, g, b].map((part, index) => part * shown + behind[index] * (1 - shown));
    const [low, high] = [luminance(front), luminance(behind.slice(0, 3))].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const worst = {};
  const walker = document.createTreeWalker(cell.querySelector('.jp-Cell-outputWrapper'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const words = walker.currentNode.textContent.trim(), element = walker.currentNode.parentElement;
    // What can't be used just now may be faint, WCAG says.
    if (words && element.closest('[class*="playcut-"]') && !element.closest(':disabled')) {
      const key = words.slice(0, 60);
      worst[key] = Math.min(worst[key] ?? Infinity, contrast(element));
    }
  }
  return worst;
}
"""

STICKING_OUT = """
cell => {
  // What scrolls on purpose may be wider inside; it must not stick out itself.
  const area = cell.querySelector('.jp-Cell-outputArea'), edge = area.getBoundingClientRect().right + 2;
  const inside = one => one.parentElement.closest('[style*="overflow:auto"], [style*="overflow: auto"]');
  return [...area.querySelectorAll('.jp-OutputArea-output, .jp-OutputArea-output *')]
    .filter(one => !inside(one))
    .filter(one => one.getBoundingClientRect().right > edge
      || (one.matches('.jp-OutputArea-output') && one.scrollWidth > one.clientWidth + 2))
    .map(one => `${one.tagName} ${one.className}: ${one.scrollWidth} px`);
}
"""
