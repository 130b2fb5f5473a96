"""The network between encoded columns and a prediction."""
