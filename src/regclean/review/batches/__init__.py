"""Update batches, for approvers and clerks."""
