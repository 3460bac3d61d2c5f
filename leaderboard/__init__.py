"""The leaderboard: Streamlit widgets over bench.runs.parquet and bench.scoring.summary, no arithmetic."""
