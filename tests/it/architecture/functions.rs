//! One name end to end: a folder in `functions/` is a binary, a resource in the template, a folder of
//! events and a section of the documentation.

use super::sources::{folders, text};

#[test]
fn every_function_has_a_resource_in_the_template() {
    let template = text("template.yaml");
    for function in folders("functions") {
        let resource = format!(
            "\n  {}Function:\n    Type: AWS::Serverless::Function\n",
            camel(&function)
        );
        assert!(
            template.contains(&resource),
            "template.yaml has no {}",
            resource.trim()
        );
        let folder = format!("CodeUri: functions/{function}/\n");
        assert!(
            template.contains(&folder),
            "template.yaml has no {}",
            folder.trim()
        );
    }
}

#[test]
fn every_function_of_the_template_has_a_folder() {
    let template = text("template.yaml");
    let functions = template.matches("Type: AWS::Serverless::Function").count();
    assert_eq!(functions, folders("functions").len());
}

#[test]
fn every_function_has_a_section_in_the_operations_manual() {
    let manual = text("docs/operations.md");
    for function in folders("functions") {
        let heading = format!("### `{function}`");
        assert!(
            manual.contains(&heading),
            "docs/operations.md has no heading {heading}"
        );
    }
}

#[test]
fn every_binary_of_a_function_has_the_name_of_its_folder() {
    for function in folders("functions") {
        let manifest = text(&format!("functions/{function}/Cargo.toml"));
        assert!(
            manifest.contains(&format!("name = \"{function}\"\n")),
            "functions/{function}"
        );
    }
}

/// `export-kickoff` → `ExportKickoff`.
fn camel(name: &str) -> String {
    name.split('-')
        .map(|word| {
            word.chars()
                .next()
                .unwrap()
                .to_uppercase()
                .chain(word.chars().skip(1))
                .collect::<String>()
        })
        .collect()
}

#[test]
fn the_functions_verify_tokens_and_have_no_development_mode() {
    let template = text("template.yaml");
    let issuers = "FYR_ISSUERS: !Sub ${Issuer} ${Audience} ${JwksUrl} ${TokenEndpoint}";
    assert!(template.contains(issuers));
    let template = template.to_lowercase();
    for word in ["development", "insecure", "alg: none"] {
        assert!(!template.contains(word), "{word}");
    }
    for source in super::sources::sources("functions")
        .iter()
        .chain(&super::sources::sources("crates/aws/src"))
    {
        for (number, line) in source.code() {
            let made_up = ["Caller::developer", "Caller::from_claims"];
            let is_made_up = made_up.iter().any(|call| line.contains(call));
            assert!(!is_made_up, "{}:{number}", source.path);
        }
    }
}

/// The cache of `sam build` looks at the folder of a function alone: main.rs and Cargo.toml, which hardly ever
/// change.
#[test]
fn sam_keeps_no_binaries_whose_crates_have_changed() {
    let settings = text("samconfig.toml");
    let kept = settings.lines().find(|line| line.starts_with("cached"));
    assert_eq!(kept, None);
}

#[test]
fn a_deployment_gives_every_parameter_that_has_no_default() {
    let (template, workflow) = (text("template.yaml"), text(".github/workflows/deploy.yml"));
    let (_, parameters) = template.split_once("\nParameters:\n").unwrap();
    let (parameters, _) = parameters.split_once("\nConditions:\n").unwrap();
    let mut asked = 0;
    for parameter in format!("\n{parameters}").split("\n  ").skip(1) {
        // Lines of a parameter are further in; each is a part of its own here.
        let Some(name) = parameter
            .strip_suffix(':')
            .filter(|it| !it.starts_with(' '))
        else {
            continue;
        };
        let (_, described) = parameters.split_once(&format!("{name}:\n")).unwrap();
        let described = described
            .lines()
            .take_while(|line| line.starts_with("    "));
        if described.into_iter().all(|line| !line.contains("Default:")) {
            asked += 1;
            assert!(workflow.contains(&format!("{name}=$")), "{name}");
        }
    }
    assert_eq!(asked, 3);
}
