//! What the words of the report mean, in Latvian, once for every form of it.

use serde::Serialize;
use utoipa::ToSchema;

/// A word of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Term {
    /// The word.
    pub term: String,
    /// What it means, with its formula.
    pub meaning: String,
}

/// The words that are not plain.
pub(super) fn terms() -> Vec<Term> {
    [
        (
            "Vidēji klienti",
            "Pusstundā izsniegtās biļetes / pusstundu skaits. Skaitās pusstundas, kurās notiek \
             pieņemšana; biļete, kas paņemta pirms tās, pieskaitīta pirmajai.",
        ),
        (
            "Laiks pie galda",
            "No uzaicinājuma līdz pabeigšanai pie visiem galdiem, ja neviens neatnāk, līdz \
             neierašanās atzīmei; vidējais pēc pusstundas pakalpojumu sastāva.",
        ),
        (
            "Slodze",
            "Vidēji klienti × laiks pie galda / 30 min (erlangi: tik galdu būtu pastāvīgi aizņemti).",
        ),
        (
            "Vajag galdu",
            "Mazākais galdu skaits, ar kuru pēc Erlanga C formulas mērķī iekļaujas mērķa daļa \
             klientu, ja slodze ir par 15 % lielāka nekā izmērītā un katrs galds apkalpo visus \
             pakalpojumus. Tikai ieteikums.",
        ),
        (
            "Atvērti galdi",
            "Galdu atvērtais laiks bez pārtraukumiem / 30 min, vidēji.",
        ),
        (
            "Prognoze mērķī",
            "Daļa klientu, ko pēc tās pašas formulas un slodzes mērķī uzaicinātu galdi, kuri bija \
             atvērti; starp diviem veseliem skaitļiem proporcionāli.",
        ),
        (
            "Biļete bez klienta",
            "Biļete, pēc kuras neviens nav atnācis: beigusies ar neierašanos, neviens galds klientu \
             nav sagaidījis, rindā nav atgriezta. Daļa: no izsniegtajām. Izmaksas: laiks no \
             uzaicinājuma līdz neierašanās atzīmei.",
        ),
        (
            "Spiedienu sērija",
            "Vismaz 3 biļetes pēc kārtas vienā automātā 60 sekundēs, ar jebkurām pogām, no kurām ne \
             vairāk kā viena nav pamesta. Pamesta: neierašanās vai darbinieka anulēta, neviens nav \
             atnācis. Skaita, kad diena ir galā.",
        ),
    ]
    .into_iter()
    .map(|(term, meaning)| Term {
        term: term.to_owned(),
        meaning: meaning.to_owned(),
    })
    .collect()
}
