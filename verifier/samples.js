// Shows the codes of a demonstration.

const samples = await (await fetch("samples.json")).json();
document.getElementById("samples").replaceChildren(
  ...samples.map(({ name, vi, en }) => {
    const figure = document.createElement("figure");
    const picture = Object.assign(document.createElement("img"), { src: `samples/${name}.png`, alt: `${vi}. ${en}` });
    const words = document.createElement("figcaption");
    const english = Object.assign(document.createElement("span"), { textContent: en, lang: "en" });
    words.append(vi, english);
    figure.append(picture, words);
    return figure;
  }),
);
