// People one after another through the exported equations by LSODA, each dose a restart.
// Compiled together with the model (model.h) and the LSODA class of libsoda-cxx.
#include "model.h"

#include "LSODA.h"

static void rhs(double t, double *y, double *dy, void *own) {
  right_hand_side(t, y, dy, static_cast<const double *>(own));
}

// Returns -1, or the number of the first person whose integration failed.
extern "C" int run_people(int first, int last, const double *parameters, int moments, const double *time_h,
                          const int *dose_start, const int *dose_kind, const int *row,
                          const double *jumps, int rows, double tolerance, double *out) {
  std::vector<double> y(STATES), end(STATES + 1);
  for (int person = first; person < last; ++person) {
    double *own = const_cast<double *>(parameters + static_cast<size_t>(person) * PARAMETERS);
    const double *jump = jumps + static_cast<size_t>(person) * dose_start[moments + 1] * STATES;
    double *seen = out + static_cast<size_t>(person) * rows * QUANTITIES;
    std::fill(y.begin(), y.end(), 0.0);
    LSODA solver;
    solver.mxstep = 100000;
    int state = 1;
    double t = time_h[0];
    for (int moment = 0; moment < moments; ++moment) {
      for (int d = dose_start[moment]; d < dose_start[moment + 1]; ++d) {
        const double *added = jump + static_cast<size_t>(dose_kind[d]) * STATES;
        for (int i = 0; i < STATES; ++i) y[i] += added[i];
        state = 1;
      }
      if (row[moment] >= 0) quantities(y.data(), own, seen + static_cast<size_t>(row[moment]) * QUANTITIES);
      if (moment + 1 == moments) break;
      if (state == 1) t = time_h[moment];
      solver.lsoda_update(rhs, STATES, y, end, &t, time_h[moment + 1], &state, own, tolerance, tolerance);
      if (state <= 0) return person;
      for (int i = 0; i < STATES; ++i) y[i] = end[i + 1];
    }
  }
  return -1;
}
