//! The stages of a check, in OPA's order.

/// A stage that can find something, or that makes variables.
///
/// The order is that of OPA 1.22.2's compiler; what one stage refuses, the later ones never see, except after a stage whose
/// errors are recoverable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Stage {
    ResolveReferences,
    UnusedImports,
    HeadReferences,
    KeywordOverrides,
    DuplicateImports,
    Captures,
    LocalVariables,
    TemplateStrings,
    VoidCalls,
    PrintCalls,
    ExpressionTerms,
    Annotations,
    MetadataCalls,
    ComprehensionTerms,
    ReferencesInHead,
    WithValues,
    RuleConflicts,
    UndefinedFunctions,
    HeadSafety,
    BodySafety,
    Equals,
    DynamicTerms,
    TestEqualities,
    Recursion,
    Types,
    UnsafeBuiltins,
    DeprecatedBuiltins,
}
