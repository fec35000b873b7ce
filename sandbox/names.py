"""Invented names, streets and trades of France, and the numbers that nobody has.

Numbers are those that Arcep keeps for fiction (06 39 98, 01 99 00, 02 61 91, 03 53 01, 04 65 71, 05 36 49); addresses
stand under example.com, example.org and example.net (RFC 2606).
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import cycle

FIRST = (
    "Adèle Aïcha Alban Amandine Anaïs Antoine Armelle Baptiste Bérénice Camille Célestin Chloé Clémence Côme Damien "
    "Élodie Émile Étienne Fabrice Fatou Florian Gaëlle Gaspard Hélène Hugo Inès Ismaël Jeanne Joël Jules Karim Léa "
    "Léonie Loïc Lucie Maëlys Manon Marius Mathilde Mehdi Nadège Nathan Noémie Océane Odile Pascal Pauline Quentin "
    "Raphaël Rose Samir Solène Sylvain Théo Tiphaine Ulysse Valérie Victor Yann Zoé"
).split()
LAST = (
    "Arnoux Aubier Bellanger Bonnefoy Bréhat Carpentier Castelnau Chastaing Collinet Coudray Daubigny Delorme Desprez "
    "Dufresne Escande Esnault Faucher Ferrand Fontenay Gaillac Garrigue Gautheron Guérande Hautbois Hérisson Imbault "
    "Jaubert Joubaud Kerandel Labrousse Lacaze Lanneau Leblond Lecouvreur Malivert Marchais Mauduit Montagnac Naudin "
    "Ollivier Pelissou Perrault Pommeraye Quesnel Rabourdin Roncevaux Roussillon Sauvageot Sérignan Taillefer "
    "Tessandier Tournebise Uzerche Valmont Vauquelin Verdier Vignolles Ysambert"
).split()
STREETS = (
    "rue des Lilas|avenue de la République|place du Marché|chemin des Vignes|rue Victor-Hugo|boulevard Gambetta|"
    "impasse du Moulin|rue de l'Église|allée des Tilleuls|quai de la Fosse"
).split("|")
PLACES = (  # postcode, town
    ("75011", "Paris"),
    ("69003", "Lyon"),
    ("13006", "Marseille"),
    ("44000", "Nantes"),
    ("33000", "Bordeaux"),
    ("59800", "Lille"),
    ("67000", "Strasbourg"),
    ("35000", "Rennes"),
    ("31000", "Toulouse"),
    ("21000", "Dijon"),
    ("63000", "Clermont-Ferrand"),
    ("29200", "Brest"),
)
OVERSEAS = (  # country as people write it, postcode, town
    ("La Réunion", "97400", "Saint-Denis"),
    ("Guadeloupe", "97110", "Pointe-à-Pitre"),
    ("Martinique", "97200", "Fort-de-France"),
    ("Guyane française", "97300", "Cayenne"),
    ("Mayotte", "97600", "Mamoudzou"),
)
ABROAD = (
    ("Belgique", "1000", "Bruxelles"),
    ("Suisse", "1200", "Genève"),
    ("Luxembourg", "1111", "Luxembourg"),
    ("Allemagne", "10115", "Berlin"),
    ("Nouvelle-Calédonie", "98800", "Nouméa"),
)
TRADES = (  # kind of company, job
    ("Menuiserie", "Gérant"),
    ("Boulangerie", "Gérante"),
    ("Cabinet comptable", "Expert-comptable"),
    ("Garage", "Chef d'atelier"),
    ("Imprimerie", "Responsable des achats"),
    ("Agence", "Directrice marketing"),
    ("Pharmacie", "Titulaire"),
    ("Transports", "Responsable logistique"),
    ("Cabinet dentaire", "Assistante de direction"),
    ("Brasserie", "Directeur"),
)
_LANDLINES = ("19900", "26191", "35301", "46571", "53649")
_DOMAINS = ("example.com", "example.org", "example.net")


@lru_cache(maxsize=16_384)
def plain(text: str) -> str:
    """Small ASCII letters, the rest as hyphens: what stands in an address."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")


def domain(number: int) -> str:
    """One of the three domains that are nobody's."""
    return _DOMAINS[number % len(_DOMAINS)]


@dataclass(slots=True)
class Numbers:
    """Numbers that nobody has, each given once, in an order of the dice.

    When all are gone: empty, or with ``again`` from the first one, so that several people share a number.
    """

    dice: random.Random
    again: bool = False
    _mobiles: Iterator[str] = field(init=False)
    _landlines: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        # A prefix holds ten thousand numbers.
        self._mobiles = self._shuffled(("63998",))
        self._landlines = self._shuffled(_LANDLINES)

    def _shuffled(self, prefixes: tuple[str, ...]) -> Iterator[str]:
        all = [f"{prefix}{number:04d}" for prefix in prefixes for number in range(10_000)]
        self.dice.shuffle(all)
        return cycle(all) if self.again else iter(all)

    def mobile(self) -> str:
        """A mobile number as somebody would write it, or empty."""
        return self._written(next(self._mobiles, ""))

    def landline(self) -> str:
        """A fixed line as somebody would write it, or empty."""
        return self._written(next(self._landlines, ""))

    def _written(self, national: str) -> str:
        if not national:
            return ""
        style = self.dice.random()
        if style < 0.7:
            return f"+33{national}"
        pairs = re.findall("..", f"0{national}")
        return (" " if style < 0.85 else ".").join(pairs)
