// The frames of a slider come when a hand or the keyboard reaches it, before it moves.
const fetchFrames = (event) =>
  event.target.closest?.(".lab-slider")?.querySelectorAll("img[loading=lazy]").forEach((frame) => (frame.loading = "eager"));
for (const reached of ["pointerover", "focusin"]) document.addEventListener(reached, fetchFrames);
