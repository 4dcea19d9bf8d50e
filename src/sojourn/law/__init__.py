"""What the law says: dated provisions and the decision they give, pure, one person or many."""
