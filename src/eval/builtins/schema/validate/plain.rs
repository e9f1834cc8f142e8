//! What holds for a value itself.

use crate::eval::Value;

use super::super::canonical::canonical;
use super::super::formats;
use super::super::tree::Node;
use super::{Findings, outside, shown};

pub(super) fn common(node: &Node, value: &Value, findings: &mut Findings, context: &str) {
    let field = context.strip_prefix("(Root).").unwrap_or(context);
    if let Some(constant) = node.constant.as_ref().filter(|constant| **constant != canonical(value)) {
        findings.add(context, "const", format!("{field} does not match: {constant}"));
    }
    if let Some(choices) = node.choices.as_ref().filter(|choices| !choices.contains(&canonical(value))) {
        let message = format!("{field} must be one of the following: {}", choices.join(", "));
        findings.add(context, "enum", message);
    }
    if let Value::String(text) = value
        && !formats::is_of(&node.format, text)
    {
        findings.add(context, "format", format!("Does not match format '{}'", node.format));
    }
    findings.score += 1;
}

pub(super) fn texts(node: &Node, text: &str, findings: &mut Findings, context: &str) {
    let [least, most] = outside(text.chars().count(), node.lengths);
    if let Some(least) = least {
        findings.add(context, "string_gte", format!("String length must be greater than or equal to {least}"));
    }
    if let Some(most) = most {
        findings.add(context, "string_lte", format!("String length must be less than or equal to {most}"));
    }
    if let Some(pattern) = node.pattern.as_ref().filter(|pattern| !pattern.is_match(text)) {
        findings.add(context, "pattern", format!("Does not match pattern '{pattern}'"));
    }
    findings.score += 1;
}

pub(super) fn bounded(node: &Node, number: f64, findings: &mut Findings, context: &str) {
    let bounds = &node.bounds;
    if let Some(multiple) = bounds.multiple {
        // Decimal digits, not their nearest binary fractions, decide.
        let quotient = number / multiple;
        if (quotient - quotient.round()).abs() > quotient.abs().max(1.0) * 4.0 * f64::EPSILON {
            findings.add(context, "multiple_of", format!("Must be a multiple of {}", shown(multiple)));
        }
    }
    if let Some(most) = bounds.most.filter(|most| number > *most) {
        findings.add(context, "number_lte", format!("Must be less than or equal to {}", shown(most)));
    }
    if let Some(below) = bounds.below.filter(|below| number >= *below) {
        findings.add(context, "number_lt", format!("Must be less than {}", shown(below)));
    }
    if let Some(least) = bounds.least.filter(|least| number < *least) {
        findings.add(context, "number_gte", format!("Must be greater than or equal to {}", shown(least)));
    }
    if let Some(above) = bounds.above.filter(|above| number <= *above) {
        findings.add(context, "number_gt", format!("Must be greater than {}", shown(above)));
    }
    findings.score += 1;
}
