"""Make src/yendor/nethack/tables/*.json from NetHack's own tables in the nle source distribution.

    pip download --no-deps --no-binary nle nle==1.3.0
    python tools/make_knowledge.py nle-1.3.0.tar.gz

NLE's Python tables lack attacks, damage, nutrition and armour values. A small C program includes NetHack's
`monst.c` and `objects.c` and prints them; flag and type names are read from the headers. Needs a C compiler.
"""

import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

TABLES = Path(__file__).resolve().parent.parent / "src" / "yendor" / "nethack" / "tables"

PRINTER = r"""
#include <stdio.h>
#include "config.h"
#undef MAIL /* NLE is built without it: no mail daemon, no scroll of mail */
#include "src/monst.c"
#include "src/objects.c"

static const char *comma = "";
static void text(const char *key, const char *s) {
    printf("%s\"%s\":", comma, key);
    comma = ",";
    if (!s) { printf("null"); return; }
    for (putchar('"'); *s; s++) { if (*s == '"' || *s == '\\') putchar('\\'); putchar(*s); }
    putchar('"');
}
static void number(const char *key, long n) { printf("%s\"%s\":%ld", comma, key, n); comma = ","; }
static void open_row(int first) { printf(first ? "{" : ",{"); comma = ""; }

static void print_monster(const struct permonst *m) {
    text("name", m->mname); number("class", m->mlet); number("level", m->mlevel); number("speed", m->mmove);
    number("ac", m->ac); number("mr", m->mr); number("alignment", m->maligntyp); number("geno", m->geno);
    number("weight", m->cwt); number("nutrition", m->cnutrit); number("size", m->msize);
    number("resists", m->mresists); number("conveys", m->mconveys);
    number("flags1", m->mflags1); number("flags2", m->mflags2); number("flags3", m->mflags3);
    printf(",\"attacks\":[");
    comma = "";
    for (int k = 0; k < NATTK; k++) {
        const struct attack *a = &m->mattk[k];
        if (!a->aatyp && !a->adtyp && !a->damn && !a->damd) continue;
        printf("%s[%d,%d,%d,%d]", comma, a->aatyp, a->adtyp, a->damn, a->damd);
        comma = ",";
    }
    printf("]}");
}

static void print_object(const struct objdescr *d, const struct objclass *o) {
    text("name", d->oc_name); text("appearance", d->oc_descr); number("class", o->oc_class);
    number("probability", o->oc_prob); number("delay", o->oc_delay); number("weight", o->oc_weight);
    number("cost", o->oc_cost); number("small", o->oc_wsdam); number("large", o->oc_wldam);
    number("hit_or_ac", o->oc_oc1); number("nutrition", o->oc_nutrition); number("subtype", o->oc_subtyp);
    number("property", o->oc_oprop); number("material", o->oc_material); number("direction", o->oc_dir);
    number("magic", o->oc_magic); number("charged", o->oc_charged); number("unique", o->oc_unique);
    number("merge", o->oc_merge); number("big", o->oc_big);
    printf("}");
}

int main(void) {
    printf("{\"monsters\":[");
    for (int i = 0; mons[i].mlet; i++) { open_row(!i); print_monster(&mons[i]); }
    printf("],\"objects\":[");
    for (int i = 0; i < (int) (sizeof obj_descr / sizeof *obj_descr) - 1; i++) {
        open_row(!i);
        print_object(&obj_descr[i], &objects[i]);
    }
    printf("]}\n");
    return 0;
}
"""


def defines(header: str, prefix: str) -> dict[int, str]:
    """Read `#define PREFIX_NAME number` lines as number -> lower-case name."""
    found = re.findall(rf"^#define {prefix}_(\w+)\s+\(?(0x[0-9a-fA-F]+|-?\d+)L?\)?", header, re.MULTILINE)
    return {int(value, 0): name.lower() for name, value in reversed(found)}


def bits(value: int, names: dict[int, str]) -> list[str]:
    """Name the single bits of a flag word."""
    return [names[bit] for bit in sorted(names) if bit and value & bit == bit and bit & (bit - 1) == 0]


def printed_tables(source: Path) -> dict[str, list[dict[str, Any]]]:
    """Compile and run the printer."""
    (source / "printer.c").write_text(PRINTER)
    command = ["cc", "-w", "-I", "include", "-I", ".", "-DNOTPARMDECL", "-o", "printer", "printer.c"]
    subprocess.run(command, cwd=source, check=True)
    printed: dict[str, Any] = json.loads(
        subprocess.run(["./printer"], cwd=source, check=True, capture_output=True).stdout
    )
    return printed


def monsters(raw: list[dict[str, Any]], include: Path) -> list[dict[str, Any]]:
    """Name the numbers of the monsters' table."""
    attack, flag = (include / "monattk.h").read_text(), (include / "monflag.h").read_text()
    kinds, damages = defines(attack, "AT"), defines(attack, "AD")
    words = {n: defines(flag, f"M{n}") for n in (1, 2, 3)}
    resist = defines(flag, "MR")
    out = []
    for m in raw:
        flags = [word for n in (1, 2, 3) for word in bits(m.pop(f"flags{n}"), words[n])]
        m["flags"] = flags
        for key in ("resists", "conveys"):
            m[key] = bits(m[key], resist)
        m["attacks"] = [[kinds[t], damages[d], dice, sides] for t, d, dice, sides in m["attacks"]]
        out.append(m)
    return out


def main(archive: Path) -> None:
    """Write the tables and NetHack's licence."""
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        source = next(Path(folder).glob("nle-*"))
        printed = printed_tables(source)
        TABLES.mkdir(exist_ok=True)
        note = "Derived from NetHack 3.6.7 (monst.c, objects.c); NetHack General Public License, see LICENSE.nethack."
        for name, rows in (
            ("monsters", monsters(printed["monsters"], source / "include")),
            ("objects", printed["objects"]),
        ):
            lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
            (TABLES / f"{name}.json").write_text(f'{{"note":"{note}","{name}":[\n{lines}\n]}}\n')
        (TABLES / "LICENSE.nethack").write_text((source / "dat" / "license").read_text())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
