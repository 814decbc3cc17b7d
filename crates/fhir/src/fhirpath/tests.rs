use serde_json::json;

use super::{Condition, Expression, Literal, Path, Step, parse, parse_path};

fn names(names: &[&str]) -> Vec<Step> {
    let steps = names.iter().map(|name| Step::Name((*name).to_owned()));
    steps.collect()
}

fn path(steps: Vec<Step>) -> Path {
    Path {
        from_resource: false,
        steps,
    }
}

fn equals(name: &str, literal: Literal) -> Condition {
    Condition {
        path: vec![name.to_owned()],
        literal,
    }
}

fn text(text: &str) -> Literal {
    Literal::Text(text.to_owned())
}

#[test]
fn every_step_is_read() {
    let quantity = || Step::As("Quantity".to_owned());
    for (expression, steps) in [
        ("name", names(&["name"])),
        ("Organization.partOf", names(&["Organization", "partOf"])),
        ("Encounter.`class`", names(&["Encounter", "class"])),
        (
            "(Observation.value as Quantity)",
            [names(&["Observation", "value"]), vec![quantity()]].concat(),
        ),
        (
            "value.as(FHIR.Quantity).code",
            [names(&["value"]), vec![quantity()], names(&["code"])].concat(),
        ),
        (
            "value.ofType(Quantity)",
            [names(&["value"]), vec![quantity()]].concat(),
        ),
        (
            "entry[0]",
            [names(&["entry"]), vec![Step::Index(0)]].concat(),
        ),
        (
            "entry.first().x.last()",
            [
                names(&["entry"]),
                vec![Step::Index(0)],
                names(&["x"]),
                vec![Step::Last],
            ]
            .concat(),
        ),
        (
            "subject.where(resolve() is Patient)",
            [
                names(&["subject"]),
                vec![Step::Resolves("Patient".to_owned())],
            ]
            .concat(),
        ),
    ] {
        assert_eq!(parse_path(expression), Ok(path(steps)), "{expression}");
    }
}

#[test]
fn conditions_are_read() {
    for (expression, steps) in [
        (
            "telecom.where(system = 'e\\'mail' and rank=1)",
            [
                names(&["telecom"]),
                vec![Step::Where(vec![
                    equals("system", text("e'mail")),
                    equals("rank", Literal::Number("1".to_owned())),
                ])],
            ]
            .concat(),
        ),
        (
            "extension('http://a').value",
            [
                names(&["extension"]),
                vec![Step::Where(vec![equals("url", text("http://a"))])],
                names(&["value"]),
            ]
            .concat(),
        ),
    ] {
        assert_eq!(parse_path(expression), Ok(path(steps)), "{expression}");
    }
}

#[test]
fn unions_and_the_two_special_forms_are_read() {
    let union = parse("A.b | (A.c as string).d").unwrap();
    let second = [
        names(&["A", "c"]),
        vec![Step::As("string".to_owned())],
        names(&["d"]),
    ]
    .concat();
    assert_eq!(
        union,
        Expression::Union(vec![path(names(&["A", "b"])), path(second)])
    );
    assert_eq!(
        parse("P.d.exists() and P.d != false"),
        Ok(Expression::IsTrue(path(names(&["P", "d"]))))
    );
    let from_resource = parse_path("%resource.a").unwrap();
    assert!(from_resource.from_resource);
    assert_eq!(from_resource.steps, names(&["a"]));
}

#[test]
fn what_is_not_supported_is_told() {
    for (expression, part) in [
        ("", "ends too early"),
        ("a.", "ends too early"),
        ("a.upper()", "the function upper; supported are as,"),
        ("a + b", "'+' is not understood"),
        ("a.where(b > 1)", "'>' is not understood"),
        ("a.where(b)", ") is not understood here"),
        ("'a", "a ' is not closed"),
        ("a[b]", "b is not understood here"),
        ("a b", "b is not understood here"),
        ("a.exists() and b != false", "'and' other than"),
    ] {
        let problem = parse(expression).unwrap_err();
        assert!(problem.contains(part), "{expression}: {problem}");
    }
    assert!(parse_path("a | b").is_err());
}

#[test]
fn a_condition_looks_into_arrays() {
    let element = json!({"a": [{"b": "x"}, {"b": "y"}], "n": 1.0, "t": true});
    let condition = |path: &[&str], literal| Condition {
        path: path.iter().map(|name| (*name).to_owned()).collect(),
        literal,
    };
    for (path, literal, expected) in [
        (&["a", "b"][..], text("y"), true),
        (&["a", "b"], text("z"), false),
        (&["n"], Literal::Number("1.0".to_owned()), true),
        (&["t"], Literal::Boolean(true), true),
        (&["t"], Literal::Boolean(false), false),
        (&["u"], Literal::Boolean(false), false),
    ] {
        assert_eq!(
            condition(path, literal).holds(&element),
            expected,
            "{path:?}"
        );
    }
}
