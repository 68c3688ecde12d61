//! What the figures mean, in Latvian: the definitions of [`crate::report`].

use super::tables::columns;
use super::{Cell, Table};
use crate::report::glossary::Term;

const TERMS: [(&str, &str); 16] = [
    (
        "Biļete",
        "Pieder dienai, kurā tā izdota (vietējais laiks), un pogai, ar kuru izdota. Nodota biļete \
         paliek viena biļete.",
    ),
    (
        "Gaidīšana",
        "No biļetes izdošanas līdz pirmajam uzaicinājumam. Atkārtots uzaicinājums to nemaina; arī \
         to gaidīšana, kuri pēc tam neieradās, ir ieskaitīta.",
    ),
    (
        "Apkalpošana",
        "No klienta ierašanās pie galda līdz pabeigšanai, katra reize pie galda atsevišķi.",
    ),
    (
        "Apmeklējums",
        "No biļetes izdošanas līdz pēdējai pabeigšanai.",
    ),
    (
        "Uzaicinātas",
        "Biļetes, kas uzaicinātas vismaz vienu reizi.",
    ),
    (
        "Apkalpotas",
        "Biļetes, kuru apkalpošana pabeigta, arī tās, ko slēdza dienas beigās pie galda.",
    ),
    (
        "Neieradās",
        "Biļetes, kas beidzās ar neierašanos; to daļa ir no uzaicinātajām.",
    ),
    (
        "Atceltas",
        "Biļetes, kas beidzās bez apkalpošanas: darbinieks atcēla vai palika rindā dienas beigās.",
    ),
    (
        "Laikā",
        "Uzaicināti, gaidot ne ilgāk par mērķa laiku, no izdotajām biļetēm bez tām, kas atceltas \
         pirms mērķa laika vai vēl gaida un mērķa laiks nav pagājis. Neuzaicināta biļete, kas gaida \
         ilgāk, ir ārpus mērķa.",
    ),
    (
        "Mediāna, P90",
        "Laiks, ko nepārsniedz puse (90 %) no visiem perioda gadījumiem: tuvākais rangs pār visām \
         biļetēm, nevis dienu rādītāju vidējais.",
    ),
    ("Vidējā", "Visu gadījumu vidējais, noapaļots līdz sekundei."),
    (
        "Noslodze",
        "Laiks ar klientu no laika, kad galds bija atvērts; pārtraukumi nav atvērtais laiks.",
    ),
    (
        "Ārpus kārtas",
        "Biļetes, kuras darbinieks atzīmējis apkalpošanai ārpus kārtas (A2/2/2.5).",
    ),
    (
        "Pēc slēgšanas",
        "No pieņemšanas laika beigām līdz dienas pēdējai pabeigšanai.",
    ),
    (
        "–",
        "Nav ko mērīt; tas nav nulle. Slēgtai dienai un dienai bez datiem skaitļu nav.",
    ),
    (
        "*",
        "Mazāk par 20 gadījumiem: skaitlis ir tikai orientējošs.",
    ),
];

/// Terms and definitions, the report's own after those of the figures that every report has.
pub(super) fn table(more: &[Term]) -> Table {
    let more = more
        .iter()
        .map(|term| (term.term.as_str(), term.meaning.as_str()));
    let rows = TERMS
        .into_iter()
        .chain(more)
        .map(|(term, meaning)| vec![Cell::words(term), Cell::words(meaning)])
        .collect();
    Table {
        columns: columns(&["Vārds", "Nozīme"], &[]),
        rows,
        grouped: false,
        sums: false,
    }
}
