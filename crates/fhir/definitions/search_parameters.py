#!/usr/bin/env python3
"""Writes ../src/generated/search_parameters.txt, R4's search parameters, from the official definitions.

    python3 search_parameters.py hl7.fhir.r4.core.tgz

The README beside this file says where the package comes from and what the table looks like.
"""

import json
import pathlib
import re
import sys
import tarfile

TABLE = pathlib.Path(__file__).parent.parent / "src" / "generated" / "search_parameters.txt"
HEAD = """\
# Search parameters of FHIR R4 (4.0.1). Generated from hl7.fhir.r4.core by definitions/search_parameters.py; CC0-1.0.
# base; parameter: code, type, id, use, targets, code systems, expression; component: code, type, id, expression
"""
URL = "http://hl7.org/fhir/SearchParameter/"
# what the package has beyond the specification's search-parameters.json: examples and extensions
NOT_BASE = re.compile(r"^example|^filter$|-extensions-|-genetic-")


def read_package(package):
    """The definitions that are needed, by type and then by URL."""
    wanted = ("SearchParameter", "StructureDefinition", "ValueSet")
    found = {kind: {} for kind in wanted}
    with tarfile.open(package) as archive:
        for member in archive:
            kind = pathlib.PurePath(member.name).name.partition("-")[0]
            if kind in wanted:
                definition = json.load(archive.extractfile(member))
                found[kind][definition["url"]] = definition
    return found


def elements_by_path(structures):
    """Every element of resources and datatypes, by path."""
    return {
        element["path"]: element
        for structure in structures.values()
        if structure.get("derivation") != "constraint"
        for element in structure["snapshot"]["element"]
    }


def branches_of(base, parameter):
    """The alternatives of the expression that are about this base."""
    expression = parameter.get("expression") or IN_WORDS.get(parameter["id"])
    if not expression:
        return []
    about = re.compile(rf"\(?{base}\b")
    # one definition (InsurancePlan's name) leaves the base out
    full = [
        f"{base}.{branch}" if branch[0].islower() else branch
        for branch in expression.split(" | ")
    ]
    return [branch for branch in full if about.match(branch)]


def element_at(path, elements):
    """The element that a plain path leads to, also through datatypes: Organization.address.use."""
    place, *names = path.split(".")
    for name in names:
        types = elements.get(place, {}).get("type", [])
        datatype = types[0]["code"] if len(types) == 1 else None
        is_own_group = datatype in ("BackboneElement", "Element")
        place = f"{datatype if datatype in elements and not is_own_group else place}.{name}"
    return elements.get(place, {})


def code_systems(branch, elements, value_sets):
    """The systems that the codes of a `code` element come from, by its required binding."""
    element = element_at(branch, elements)
    types = [element_type["code"] for element_type in element.get("type", [])]
    binding = element.get("binding", {})
    if types != ["code"] or binding.get("strength") != "required":
        return set()
    value_set = value_sets.get(binding["valueSet"].partition("|")[0], {})
    includes = value_set.get("compose", {}).get("include", [])
    return {include["system"] for include in includes if "system" in include}


def words(values):
    return "|".join(sorted(values)) or "-"


def target_types(parameter, all_types):
    targets = set(parameter.get("target", []))
    # a reference to anything names every type but Parameters, which is never stored
    return "*" if targets >= all_types - {"Parameters"} else words(targets)


# R4 says in words where these look: in the narrative, and in everything
IN_WORDS = {"DomainResource-text": "DomainResource.text.div", "Resource-content": "Resource"}
# R4 has these two exchanged: `relatesto` is the reference and `relation` the code
EXCHANGED = {"DocumentReference-relatesto": "target", "DocumentReference-relation": "code"}


def component_lines(parameter, parameters):
    for component in parameter.get("component", []):
        definition = parameters[component["definition"]]
        expression = EXCHANGED.get(definition["id"], component["expression"])
        yield f"  {definition['code']} {definition['type']} {definition['id']} {expression}"


def main(package):
    definitions = read_package(package)
    elements = elements_by_path(definitions["StructureDefinition"])
    resources = {
        structure["type"]
        for structure in definitions["StructureDefinition"].values()
        if structure["kind"] == "resource" and not structure["abstract"]
    }
    parameters = {
        url: parameter
        for url, parameter in definitions["SearchParameter"].items()
        if not NOT_BASE.search(parameter["id"])
    }
    table = {}
    for parameter in parameters.values():
        assert parameter["url"] == URL + parameter["id"]
        for base in parameter["base"]:
            found = branches_of(base, parameter)
            systems = set()
            for branch in found:
                systems |= code_systems(branch, elements, definitions["ValueSet"])
            fields = [
                parameter["code"],
                parameter["type"],
                parameter["id"],
                parameter.get("xpathUsage", "normal"),
                target_types(parameter, resources),
                words(systems),
                " | ".join(found) or "-",
            ]
            assert found or "expression" not in parameter, (base, parameter["id"])
            lines = [" " + " ".join(fields), *component_lines(parameter, parameters)]
            table.setdefault(base, {})[parameter["code"]] = lines
    lines = []
    for base in sorted(table):
        lines.append(base)
        for code in sorted(table[base]):
            lines += table[base][code]
    TABLE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
