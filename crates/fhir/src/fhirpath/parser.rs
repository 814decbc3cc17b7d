//! From words and signs to paths.

use super::token::{Token, tokens};
use super::{Condition, Expression, Literal, Path, Step, Unsupported};

pub(super) fn parse(text: &str) -> Result<Expression, Unsupported> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens, next: 0 };
    let expression = parser.expression()?;
    match parser.peek() {
        None => Ok(expression),
        Some(token) => Err(unexpected(token)),
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
}

fn unexpected(token: &Token) -> Unsupported {
    let text = match token {
        Token::Name(name) => name.clone(),
        Token::Text(text) => format!("'{text}'"),
        Token::Number(digits) => digits.clone(),
        Token::Sign('!') => "!=".to_owned(),
        Token::Sign(sign) => sign.to_string(),
    };
    format!("{text} is not understood here")
}

fn name(text: &str) -> Token {
    Token::Name(text.to_owned())
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self) -> Result<Token, Unsupported> {
        let token = self
            .peek()
            .cloned()
            .ok_or("the expression ends too early")?;
        self.next += 1;
        Ok(token)
    }

    /// Takes the next token if it is this one.
    fn skip(&mut self, token: &Token) -> bool {
        let is_next = self.peek() == Some(token);
        self.next += usize::from(is_next);
        is_next
    }

    fn demand(&mut self, token: &Token) -> Result<(), Unsupported> {
        if self.skip(token) {
            return Ok(());
        }
        let found = self.take()?;
        Err(unexpected(&found))
    }

    fn expression(&mut self) -> Result<Expression, Unsupported> {
        let paths = self.union()?;
        if !self.skip(&name("and")) {
            return Ok(Expression::Union(paths));
        }
        let other = self.term()?;
        self.demand(&Token::Sign('!'))?;
        self.demand(&name("false"))?;
        match (paths.as_slice(), other.as_slice()) {
            ([one], [other]) if one.steps.split_last() == Some((&exists(), &other.steps)) => {
                Ok(Expression::IsTrue(other.clone()))
            }
            _ => Err("'and' other than 'x.exists() and x != false'".to_owned()),
        }
    }

    fn union(&mut self) -> Result<Vec<Path>, Unsupported> {
        let mut paths = self.term()?;
        while self.skip(&Token::Sign('|')) {
            paths.extend(self.term()?);
        }
        Ok(paths)
    }

    /// A path, or a union in parentheses with steps after it; `as T` may follow.
    fn term(&mut self) -> Result<Vec<Path>, Unsupported> {
        let mut paths = if self.skip(&Token::Sign('(')) {
            let paths = self.union()?;
            self.demand(&Token::Sign(')'))?;
            paths
        } else {
            vec![self.head()?]
        };
        let mut steps = Vec::new();
        while let Some(step) = self.step()? {
            steps.extend(step);
        }
        for path in &mut paths {
            path.steps.extend(steps.iter().cloned());
        }
        Ok(paths)
    }

    /// The first name of a path.
    fn head(&mut self) -> Result<Path, Unsupported> {
        let from_resource = self.skip(&Token::Sign('%'));
        match self.take()? {
            Token::Name(name) if from_resource && name == "resource" => Ok(Path {
                from_resource,
                steps: Vec::new(),
            }),
            Token::Name(name) if !from_resource => {
                let steps = match self.peek() {
                    Some(Token::Sign('(')) => self.function(&name)?,
                    _ => vec![Step::Name(name)],
                };
                Ok(Path {
                    from_resource,
                    steps,
                })
            }
            other => Err(unexpected(&other)),
        }
    }

    /// What follows a path: `.name`, `.function(…)`, `[n]` or `as T`.
    fn step(&mut self) -> Result<Option<Vec<Step>>, Unsupported> {
        if self.skip(&Token::Sign('.')) {
            return match self.take()? {
                Token::Name(name) if self.peek() == Some(&Token::Sign('(')) => {
                    self.function(&name).map(Some)
                }
                Token::Name(name) => Ok(Some(vec![Step::Name(name)])),
                other => Err(unexpected(&other)),
            };
        }
        if self.skip(&Token::Sign('[')) {
            let index = match self.take()? {
                Token::Number(digits) => digits.parse().map_err(|_| "an index that is none")?,
                other => return Err(unexpected(&other)),
            };
            self.demand(&Token::Sign(']'))?;
            return Ok(Some(vec![Step::Index(index)]));
        }
        if self.skip(&name("as")) {
            return Ok(Some(vec![Step::As(self.type_name()?)]));
        }
        Ok(None)
    }

    fn function(&mut self, function: &str) -> Result<Vec<Step>, Unsupported> {
        self.demand(&Token::Sign('('))?;
        let steps = match function {
            "as" | "ofType" => vec![Step::As(self.type_name()?)],
            "where" => vec![self.condition()?],
            "extension" => self.extension()?,
            "first" => vec![Step::Index(0)],
            "last" => vec![Step::Last],
            "exists" => vec![exists()],
            _ => {
                let known = "as, ofType, where, extension, first, last";
                return Err(format!("the function {function}; supported are {known}"));
            }
        };
        self.demand(&Token::Sign(')'))?;
        Ok(steps)
    }

    /// `Quantity`, `FHIR.Quantity`
    fn type_name(&mut self) -> Result<String, Unsupported> {
        match self.take()? {
            Token::Name(space) if ["FHIR", "System"].contains(&space.as_str()) => {
                self.demand(&Token::Sign('.'))?;
                self.type_name()
            }
            Token::Name(name) => Ok(name),
            other => Err(unexpected(&other)),
        }
    }

    fn extension(&mut self) -> Result<Vec<Step>, Unsupported> {
        let literal = match self.take()? {
            Token::Text(url) => Literal::Text(url),
            other => return Err(unexpected(&other)),
        };
        let condition = Condition {
            path: vec!["url".to_owned()],
            literal,
        };
        let steps = [
            Step::Name("extension".to_owned()),
            Step::Where(vec![condition]),
        ];
        Ok(steps.into())
    }

    /// What stands in a `where(…)`.
    fn condition(&mut self) -> Result<Step, Unsupported> {
        if self.skip(&name("resolve")) {
            self.demand(&Token::Sign('('))?;
            self.demand(&Token::Sign(')'))?;
            self.demand(&name("is"))?;
            return Ok(Step::Resolves(self.type_name()?));
        }
        let mut conditions = vec![self.equality()?];
        while self.skip(&name("and")) {
            conditions.push(self.equality()?);
        }
        Ok(Step::Where(conditions))
    }

    /// `a.b = 'c'`
    fn equality(&mut self) -> Result<Condition, Unsupported> {
        let mut path = Vec::new();
        loop {
            match self.take()? {
                Token::Name(name) => path.push(name),
                other => return Err(unexpected(&other)),
            }
            if !self.skip(&Token::Sign('.')) {
                break;
            }
        }
        self.demand(&Token::Sign('='))?;
        let literal = match self.take()? {
            Token::Text(text) => Literal::Text(text),
            Token::Number(digits) => Literal::Number(digits),
            Token::Name(name) if name == "true" => Literal::Boolean(true),
            Token::Name(name) if name == "false" => Literal::Boolean(false),
            other => return Err(unexpected(&other)),
        };
        Ok(Condition { path, literal })
    }
}

/// `exists()` only means something in front of `and`; as a step it names no element.
fn exists() -> Step {
    Step::Name("exists()".to_owned())
}
