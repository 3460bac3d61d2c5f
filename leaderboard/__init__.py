"""The leaderboard: Streamlit widgets over bench.results and bench.summary, no arithmetic."""
