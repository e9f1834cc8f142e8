//! Whether OPA would load modules: the stages of OPA 1.22.2's compiler, as far as they can refuse something.
//!
//! [`check`] runs the stages in OPA's order over all modules of a program at once. A stage is a file here; [`Stage`] is
//! their list. Stages that look at one module alone run over several modules in parallel, and what they find is put in
//! the order in which OPA, one stage after another, finds it.
//!
//! A tree may be as deep as the reader allows, so the stages run on a stack that is deep enough for recursion.

mod annotation_set;
mod builtins;
mod comprehension_terms;
mod conflicts;
mod data_paths;
mod declared;
mod deprecated;
mod duplicate_imports;
mod dynamic_terms;
mod errors;
mod expression_terms;
mod functions;
mod graph;
mod head_references;
mod keyword_overrides;
mod locals;
mod lower;
mod metadata_calls;
mod names;
mod parallel;
mod path;
mod print_calls;
mod program;
mod query;
mod recursion;
mod required;
mod resolve;
mod rewrite;
mod rule_text;
mod rule_tree;
mod safety;
mod shown;
mod stage;
mod suggestions;
mod template_strings;
mod test_rules;
mod types;
mod unit;
mod variables;
mod void_calls;
mod walk;
mod with_values;

#[cfg(test)]
mod tests;

pub use data_paths::DataPaths;
pub use errors::{CheckError, Code, Details, Place, Related};
pub use graph::Graph;
pub use names::{Interner, Names, Symbol};
pub use path::{Key, Step, is_constant};
pub use program::{CheckOptions, Program};
pub use query::{Asked, AskedRule};
pub use rule_tree::{NodeId, RuleTree, TreeRule};
pub use shown::{Shown, ShownPart, WithoutValue, shown, variables_of_head};
pub use stage::Stage;
pub use test_rules::{TestRule, find as find_tests};
pub use unit::{Made, Unit, UnitImport};
pub use variables::variables_of_body;

use crate::rego::syntax::Module;
use builtins::Builtins;
use errors::Record;
use graph::{rules::Rules, targets};
use metadata_calls::AnnotationTerms;
use parallel::on_a_stack;
pub(crate) use parallel::parallel;
use program::{Exports, Heads};

/// The errors OPA tells of modules, in its order; none if it would load them.
///
/// The modules are those of one program, in any order; their errors name them by their places once they are sorted by
/// file, which is the order of the list that comes back too.
#[must_use]
pub fn check<'m>(modules: &'m [Module], options: &'m CheckOptions) -> (Vec<&'m Module>, Vec<CheckError>) {
    let sorted = by_file(modules);
    let deep = modules.iter().any(|module| module.deep);
    let errors = on_a_stack(deep, || run(&sorted, options)).unwrap_or_else(|| vec![without_a_stack()]);
    (sorted, errors)
}

/// The same of modules that nobody needs any more: their trees are checked where they are, in half the memory.
#[must_use]
pub fn check_and_drop(mut modules: Vec<Module>, options: &CheckOptions) -> Vec<CheckError> {
    let deep = modules.iter().any(|module| module.deep);
    modules.sort_by(|left, right| left.file.cmp(&right.file));
    let work = || {
        let lowered = parallel(modules.iter_mut().collect(), |module| met(lower::lower_in_place(module)));
        run_lowered(lowered, options).1
    };
    on_a_stack(deep, work).unwrap_or_else(|| vec![without_a_stack()])
}

/// Modules in the order in which errors name them.
#[must_use]
pub fn by_file(modules: &[Module]) -> Vec<&Module> {
    let mut sorted: Vec<&Module> = modules.iter().collect();
    sorted.sort_by(|left, right| left.file.cmp(&right.file));
    sorted
}

/// What is told where the system has no stack for trees this deep.
fn without_a_stack() -> CheckError {
    CheckError::new(Code::Compile, None, "the modules are nested too deep to be checked here")
}

/// Modules as the stages left them: refs resolved, calls and comprehensions apart, bodies in the order of evaluation.
#[derive(Debug)]
pub struct Compiled<'m> {
    /// What is known of all modules.
    pub program: Program<'m>,
    /// The modules by file; behind them the query, if there is one.
    pub units: Vec<Unit<'m>>,
    /// Which rules depend on which; empty where an early stage refuses them.
    pub graph: Graph,
}

/// Runs the stages over modules, which are sorted by file, and over a query, and gives their trees to `then`.
///
/// # Errors
/// What OPA tells of the modules; only where it tells nothing, of the query, in whose errors a unit is one beyond those of
/// the modules.
pub fn compile<T: Send>(
    modules: &[&Module],
    asked: Option<&Asked<'_>>,
    options: &CheckOptions,
    then: impl FnOnce(&Compiled<'_>) -> T + Send,
) -> Result<T, Vec<CheckError>> {
    let deep = modules.iter().any(|module| module.deep) || asked.is_some_and(|asked| asked.module.deep);
    let work = || {
        let (compiled, mut errors) = run_all(modules, asked, options);
        if errors.is_empty() {
            return Ok(then(&compiled));
        }
        let of_modules = |error: &CheckError| error.place.is_none_or(|place| (place.unit as usize) < modules.len());
        if asked.is_some() && !modules.is_empty() {
            let own = run(modules, options);
            if !own.is_empty() {
                return Err(own);
            }
        }
        if errors.iter().any(|error| !of_modules(error)) {
            errors.retain(|error| error.place.is_none() || !of_modules(error));
        }
        Err(errors)
    };
    on_a_stack(deep, work).unwrap_or_else(|| Err(vec![without_a_stack()]))
}

/// What is known of the types in a query: its refs and variables as OPA names them, and their types. Nothing is told where
/// something is refused.
#[must_use]
pub fn types_in_query(modules: &[&Module], asked: &Asked<'_>, options: &CheckOptions) -> Vec<(String, String)> {
    let deep = modules.iter().any(|module| module.deep) || asked.module.deep;
    let work = || {
        let asked = Asked { captured: false, ..*asked };
        let (compiled, errors) = run_all(modules, Some(&asked), options);
        if errors.is_empty() { types::of_query(&compiled) } else { Vec::new() }
    };
    on_a_stack(deep, work).unwrap_or_default()
}

fn run(modules: &[&Module], options: &CheckOptions) -> Vec<CheckError> {
    run_all(modules, None, options).1
}

fn run_all<'m>(
    modules: &[&'m Module],
    asked: Option<&Asked<'m>>,
    options: &'m CheckOptions,
) -> (Compiled<'m>, Vec<CheckError>) {
    let mut lowered = parallel(modules.to_vec(), |module| met(lower::lower(module)));
    lowered.extend(asked.map(|asked| met(query::lowered(asked))));
    run_lowered(lowered, options)
}

/// A unit and its names alone: how they were found is not needed any more.
fn met<'m>((unit, interner): (Unit<'m>, Interner<'m>)) -> (Unit<'m>, Vec<&'m str>) {
    (unit, interner.into_met())
}

fn run_lowered<'m>(
    lowered: Vec<(Unit<'m>, Vec<&'m str>)>,
    options: &'m CheckOptions,
) -> (Compiled<'m>, Vec<CheckError>) {
    let mut record = Record::new(options.limit);
    let (mut program, mut units) = with_names(lowered, options);
    let graph = stages(&mut program, &mut units, &mut record).unwrap_or_default();
    let placed: Vec<&Module> = units.iter().map(|unit| unit.module).collect();
    let mut errors = record.sorted(&placed);
    for error in &mut errors {
        let unit = error.place.and_then(|place| units.get(place.unit as usize));
        if let Some(unit) = unit.filter(|_| error.message.contains(program::UNNUMBERED)) {
            error.message = program::numbered(&error.message, unit, &units);
        }
    }
    (Compiled { program, units, graph }, errors)
}

/// Units whose names are those of the program, and what is known of all of them.
fn with_names<'m>(lowered: Vec<(Unit<'m>, Vec<&'m str>)>, options: &'m CheckOptions) -> (Program<'m>, Vec<Unit<'m>>) {
    let mut interner = Interner::default();
    let mut units = Vec::with_capacity(lowered.len());
    for (number, (mut unit, met)) in (0..).zip(lowered) {
        unit.number = number;
        lower::meet(&mut unit, interner.absorb(&met));
        units.push(unit);
    }
    let program = Program {
        options,
        names: interner.names(),
        builtins: Builtins::new(&options.capabilities, &interner),
        heads: Heads::of(&options.capabilities.features),
        rules: RuleTree::default(),
        annotations: None,
    };
    (program, units)
}

/// Runs the stages, those of one unit after another where they need not know of the other units. Gives the graph of the rules
/// where it comes that far.
fn stages(program: &mut Program<'_>, units: &mut Vec<Unit<'_>>, record: &mut Record) -> Option<Graph> {
    let exports = Exports::new(units);
    let _ = each(units, |unit| {
        lower::adopt(unit);
        resolve::resolve(unit, program, &exports);
        head_references::rewrite(unit, program);
        keyword_overrides::check(unit, program);
        duplicate_imports::check(unit, program);
        unit.reads_metadata = metadata_calls::reads(unit);
    });
    if !tell(units, Vec::new(), record) {
        return None;
    }
    if program.options.tests {
        test_rules::number(units, &mut program.names);
    }
    program.rules = RuleTree::new(units, &program.names);
    if units.iter().any(|unit| unit.reads_metadata) {
        program.annotations = Some(AnnotationTerms::new(units, &mut program.names, &program.rules));
    }
    let program = &*program;
    let rules = Rules::new(units);
    let targets = each(units, |unit| {
        unit.derived = program.options.shows_values.then(unit::Derived::default);
        query::capture(unit, program);
        locals::rewrite(unit, program);
        if program.options.tests {
            test_rules::record(unit, &program.names);
        }
        template_strings::rewrite(unit, program);
        void_calls::check(unit, program);
        print_calls::rewrite(unit, program);
        expression_terms::rewrite(unit);
        metadata_calls::rewrite(unit, program);
        targets::of_unit(unit, &program.names, &program.rules, &rules)
    });
    let annotations = annotation_set::check(units, program).into_iter().map(|error| (Stage::Annotations, error));
    if !tell(units, annotations.collect(), record) {
        return None;
    }
    let graph = Graph::new(rules, &program.rules, targets);
    let recursive = recursion::check(units, program, &graph);
    let _ = each(units, |unit| {
        comprehension_terms::rewrite_comprehensions(unit);
        comprehension_terms::rewrite_heads(unit);
        with_values::rewrite(unit, program);
        functions::check(unit, program);
        safety::heads(unit, program);
        safety::bodies(unit, program);
        // Queries do not go through this stage.
        if unit.asked.is_none() {
            dynamic_terms::rewrite_equals(unit);
        }
        dynamic_terms::rewrite(unit);
        if program.options.shows_values {
            test_rules::name_sides(unit, &program.names);
        }
    });
    let conflicts = conflicts::check(units, program).into_iter().map(|error| (Stage::RuleConflicts, error));
    if !tell(units, conflicts.collect(), record) || !record.stage(Stage::Recursion, recursive) {
        return Some(graph);
    }
    if !record.stage(Stage::Types, types::check_types(units, program, &graph)) {
        return Some(graph);
    }
    deprecated::check(units, program);
    let _ = tell(units, Vec::new(), record);
    Some(graph)
}

/// Does the same work for each unit; gives what it gives, in the order of the units.
fn each<R: Send>(units: &mut Vec<Unit<'_>>, work: impl Fn(&mut Unit<'_>) -> R + Sync) -> Vec<R> {
    let done = parallel(std::mem::take(units), |mut unit| {
        unit.nodes.draw_near();
        let result = work(&mut unit);
        (unit, result)
    });
    let (worked_on, results) = done.into_iter().unzip();
    *units = worked_on;
    results
}

/// Records what the stages found in the units, and in all of them at once, stage by stage; `false` if no later stage may run.
fn tell(units: &mut [Unit<'_>], of_all: Vec<(Stage, CheckError)>, record: &mut Record) -> bool {
    let mut found = of_all;
    found.extend(units.iter_mut().flat_map(|unit| std::mem::take(&mut unit.errors)));
    found.sort_by_key(|(stage, _)| *stage);
    for stage in found.chunk_by(|left, right| left.0 == right.0) {
        let errors = stage.iter().map(|(_, error)| error.clone());
        if let Some((stage, _)) = stage.first()
            && !record.stage(*stage, errors)
        {
            return false;
        }
    }
    !record.ended()
}
