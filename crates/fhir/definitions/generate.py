#!/usr/bin/env python3
"""Writes ../src/generated/r4.txt, the element table, from the official R4 definitions.

    python3 generate.py hl7.fhir.r4.core.tgz

The README beside this file says where the package comes from and what the table looks like.
"""

import json
import pathlib
import sys
import tarfile

TABLE = pathlib.Path(__file__).parent.parent / "src" / "generated" / "r4.txt"
HEAD = """\
# Elements of FHIR R4 (4.0.1). Generated from hl7.fhir.r4.core by definitions/generate.py; CC0-1.0.
# structure: name, class, base; element: name, cardinality, types, summary
"""
FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"


def read_definitions(package):
    """The StructureDefinitions of resources and datatypes; profiles and logical models left out."""
    with tarfile.open(package) as archive:
        for member in archive:
            if not pathlib.PurePath(member.name).name.startswith("StructureDefinition-"):
                continue
            definition = json.load(archive.extractfile(member))
            is_profile = definition.get("derivation") == "constraint"
            if not is_profile and definition["kind"] in ("resource", "complex-type"):
                yield definition


def structure_class(definition):
    if definition["abstract"]:
        return "abstract"
    return "resource" if definition["kind"] == "resource" else "datatype"


def type_codes(element):
    """The types as the table names them: codes, or the path of a structure of its own."""
    if "contentReference" in element:
        return [element["contentReference"].removeprefix("#")]
    codes = [type_code(element_type) for element_type in element["type"]]
    return [element["path"]] if codes in (["BackboneElement"], ["Element"]) else codes


def type_code(element_type):
    # ids and Extension.url have a FHIRPath type; the FHIR type is in an extension
    for extension in element_type.get("extension", []):
        if extension["url"] == FHIR_TYPE:
            return extension["valueUrl"]
    return element_type["code"]


def element_line(element):
    name = element["path"].rpartition(".")[2]
    cardinality = f"{element['min']}..{element['max']}"
    words = [name, cardinality, "|".join(type_codes(element))]
    if element.get("isSummary"):
        words.append("summary")
    return " " + " ".join(words)


def structures(definition):
    """The definition's structures by name: itself, and one for each nested group of elements."""
    root = definition["type"]
    base = definition.get("baseDefinition", "").rpartition("/")[2]
    found = {root: [f"{root} {structure_class(definition)} {base}".rstrip()]}
    for element in definition["snapshot"]["element"][1:]:
        path = element["path"]
        if type_codes(element) == [path]:
            found[path] = [f"{path} part {element['type'][0]['code']}"]
        # inherited elements stand with the structure that declares them
        if element["base"]["path"] == path:
            found[path.rpartition(".")[0]].append(element_line(element))
    return found


def main(package):
    table = {}
    for definition in read_definitions(package):
        table.update(structures(definition))
    lines = [line for name in sorted(table) for line in table[name]]
    TABLE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
