"""What Steward does besides obeying: facts and scores by code, judged and worded by a model, shown as reports."""
